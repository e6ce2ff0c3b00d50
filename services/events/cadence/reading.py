"""What rules ask of a year, put to the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from services.events.cadence import policy, statements
from services.events.cadence.policy import Figures, Period
from services.events.cadence.rules import RULES, Rule
from services.events.catalogue.categories import CATEGORIES
from services.events.figures.service import in_force
from services.events.roster_copy.models import OrganisationCopy
from shared.clock import start_of_day
from shared.database import UnitOfWork

_ONE_DAY: Final = timedelta(days=1)
_ROSTER: Final = [category.code for category in CATEGORIES.values() if category.roster]
_BY_PERIODS: Final = ("events", "marks")
TRAINING: Final = RULES["R10"]

_PARTS, _EVENTS, _CELLS = map(text, (statements.PARTS, statements.EVENTS, statements.CELLS))
_TRAINING: Final = text(statements.TRAINING)


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule in one period, and what it asks there."""

    rule: Rule
    period: Period
    figures: Figures


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the tree; of it only one organisation, where `only` is given."""

    path: str
    only: UUID | None = None

    @classmethod
    def of(cls, uow: UnitOfWork, organisation: OrganisationCopy) -> Self:
        """Return where to look; a group is looked for in its branch."""
        if organisation.kind != "group" or organisation.parent_id is None:
            return cls(organisation.path)
        branch = uow.session.get_one(OrganisationCopy, organisation.parent_id)
        return cls(branch.path, organisation.id)

    @property
    def ancestors(self) -> list[str]:
        codes = self.path.strip("/").split("/")
        return [f"/{'/'.join(codes[:n])}/" for n in range(1, len(codes))]


def figures_of(uow: UnitOfWork, year: int) -> dict[str, Figures]:
    """Return what the rules that are watched ask of a year, in the rules' order."""
    asked = in_force(uow, year)
    figures = {code: Figures.read(asked[code].figures) for code in RULES}
    return {code: each for code, each in figures.items() if each.watched}


def asked_of(uow: UnitOfWork, year: int, subjects: Iterable[str]) -> list[Asked]:
    """Return all that is asked of a year by events and marks, of some kinds of organisation."""
    return [
        Asked(RULES[code], period, figures)
        for code, figures in figures_of(uow, year).items()
        if RULES[code].seen_by in _BY_PERIODS and RULES[code].subject in subjects
        for period in policy.periods_in(figures.period, year)
    ]


def parts(uow: UnitOfWork, asked: Sequence[Asked], scope: Scope) -> Sequence[Row[Any]]:
    """Return (id, name, rule, period, held, done) of each branch or group asked for something."""
    return _run(uow, _PARTS, asked, scope)


def events(uow: UnitOfWork, asked: Sequence[Asked], scope: Scope) -> Sequence[Row[Any]]:
    """Return the events behind it, with present and expected."""
    return _run(uow, _EVENTS, asked, scope)


def cells(uow: UnitOfWork, asked: Sequence[Asked], scope: Scope) -> Sequence[Row[Any]]:
    """Return (owner, owner_path, rule, period, done) of each branch or cross-cutting group."""
    return _run(uow, _CELLS, asked, scope)


def training(uow: UnitOfWork, scope: Scope) -> Sequence[Row[Any]]:
    """Return (owner, owner_path, since_day, trained_on) of each branch with a secretary."""
    values = {"path": scope.path, "kinds": list(TRAINING.kinds), "rule": TRAINING.code}
    return uow.session.execute(_TRAINING, values).all()


def training_in(figures: Figures, since: date, year: int) -> Period | None:
    """Return the time a secretary has for the training, where it touches a year."""
    period = policy.training_time(since, figures.months)
    return period if period.first.year <= year <= period.last.year else None


def _run(
    uow: UnitOfWork, statement: TextClause, asked: Sequence[Asked], scope: Scope
) -> Sequence[Row[Any]]:
    if not asked:
        return []
    rules = {each.rule.code: each.rule for each in asked}.values()
    serving = [(rule.code, kind) for rule in rules for kind in rule.kinds]
    values = {
        "path": scope.path,
        "ancestors": scope.ancestors,
        "only": scope.only,
        "since": start_of_day(min(each.period.first for each in asked)),
        "until": start_of_day(max(each.period.last for each in asked) + _ONE_DAY),
        "rules": [each.rule.code for each in asked],
        "periods": [each.period.name for each in asked],
        "begins": [start_of_day(each.period.first) for each in asked],
        "ends": [start_of_day(each.period.last + _ONE_DAY) for each in asked],
        "last_days": [each.period.last for each in asked],
        "minimums": [each.figures.minimum for each in asked],
        "subjects": [each.rule.subject for each in asked],
        "above": [each.rule.above for each in asked],
        "least": [each.figures.least_members for each in asked],
        "named": [each.figures.named for each in asked],
        "serving": [rule for rule, _ in serving],
        "kinds": [kind for _, kind in serving],
        "marked": [rule.code for rule in rules if rule.seen_by == "marks"],
        "roster": _ROSTER,
    }
    return uow.session.execute(statement, values).all()
