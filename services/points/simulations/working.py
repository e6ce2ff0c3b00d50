"""One member's working: each fact with what it gives now and would give, and why."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.points.ledger.explain import explain
from services.points.ledger.past import cursor_of
from services.points.rules.timeline import TIMELINE
from services.points.scoring import Entry, Fact, Rule, Timeline, score
from services.points.scoring.kinds import KINDS
from services.points.scoring.opening import is_opened
from services.points.simulations import service
from services.points.simulations.permissions import SIMULATE
from services.points.simulations.replay import read_facts
from services.points.simulations.simulation import draft_of
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.text import Text

_CHANGED: Final = text("""
    SELECT m.scored AND m.status <> 'left'
    FROM simulation_changes c
    JOIN members m ON m.id = c.member_id
    JOIN organisations o ON o.id = c.organisation_id
    WHERE c.simulation_id = :id AND c.member_id = :member
        AND o.path ^@ ANY (CAST(:reaches AS text[]))
""")
_TITLES: Final = text("SELECT id, title FROM facts WHERE member_id = :member AND id = ANY(:ids)")

Key = tuple[UUID, str]


def working(
    uow: UnitOfWork, principal: Principal, simulation_id: UUID, member_id: UUID, language: str
) -> list[dict[str, Any]]:
    """Return what each fact gives under each rule now and under the draft, where the two differ.

    In order of the facts; computed from what is known at this moment.

    Raises:
        NotFound: `simulation_unknown`; `outcome_unknown`, where the member's points do not change
            or the member is out of reach.
    """
    job = service.get(uow, principal, simulation_id)
    asked: dict[str, Any] = job.parameters
    values = {
        "id": simulation_id,
        "member": member_id,
        "reaches": list(principal.paths(SIMULATE)),
    }
    row = uow.session.execute(_CHANGED, values).one_or_none()
    if row is None:
        raise NotFound(
            "outcome_unknown",
            Text(
                "这次模拟中此人的积分没有变化，或不在您的管理范围内。",
                "This member's points do not change in this simulation, or lie out of your reach.",
            ),
        )
    now = TIMELINE.get(uow)
    then = Timeline([*now.rule_sets, draft_of(asked["rule_set"])])
    years = list(range(asked["first_year"], asked["last_year"] + 1))
    until = datetime.fromisoformat(asked["until"])
    facts = read_facts(
        cursor_of(uow),
        [member_id],
        [member_id] if row[0] else [],
        (member_id, member_id, years[0], years[-1], until),
        then,
        [year for year in years if is_opened(then, year)],
    )
    lines: list[dict[str, Any]] = []
    for year in years:
        lines += _differences(facts.get((member_id, year), ()), now, then, language)
    ids = [line["fact_id"] for line in lines]
    rows = uow.session.execute(_TITLES, {"member": member_id, "ids": ids})
    titles = {row.id: row.title for row in rows}
    return [line | {"title": titles.get(line["fact_id"], line["rule"])} for line in lines]


def _differences(
    facts: Sequence[Fact], now: Timeline, then: Timeline, language: str
) -> list[dict[str, Any]]:
    by_id = {fact.id: fact for fact in facts}
    sides: dict[Key, list[Entry | None]] = defaultdict(lambda: [None, None])
    for side, timeline in enumerate((now, then)):
        for entry in score(facts, timeline)[0]:
            sides[entry.fact_id, entry.rule_code][side] = entry
    lines = []
    for (fact_id, code), (before, after) in sides.items():
        if (before.points if before else 0) == (after.points if after else 0):
            continue
        fact = by_id[fact_id]
        rule = _rule(fact, code, then if after else now)
        lines.append(
            {
                "fact_id": fact_id,
                "occurred_at": fact.occurred_at,
                "rule_code": code,
                "rule": Text(rule.name_zh, rule.name_en).in_language(language),
                "before": before.points if before else 0,
                "after": after.points if after else 0,
                "why": _why(fact, after, rule).in_language(language) if after else "",
            }
        )
    return sorted(lines, key=lambda line: (line["occurred_at"], line["fact_id"], line["rule_code"]))


def _rule(fact: Fact, code: str, timeline: Timeline) -> Rule:
    _, rules = timeline.rules_for(fact)
    return next(rule for rule in rules if rule.code == code)


def _why(fact: Fact, entry: Entry, rule: Rule) -> Text:
    said = {
        "points": entry.points,
        "worth": entry.worth,
        "limited_by": entry.limit,
        "used": entry.used,
        "cap": entry.cap,
        "reverses": None,
    }
    name = Text(rule.name_zh, rule.name_en)
    return explain(said, name, KINDS[rule.value["kind"]].working(rule.value, fact))
