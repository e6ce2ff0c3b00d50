"""The presets that ship as data, and installing the first one."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.points.rules.models import RuleRow, RuleSetRow
from services.points.rules.schemas import RuleOut
from services.points.scoring.opening import year_begins
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.fields import TENTHS
from shared.ids import new_id

_FOLDER = Path(__file__).parent / "presets"
# The first set has no author to name; two different ids keep the four-eyes constraint whole.
SYSTEM_AUTHOR = UUID(int=1)
SYSTEM_APPROVER = UUID(int=2)


def read_preset(name: str) -> dict[str, Any]:
    """Return a preset with all points in tenths."""
    document = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    caps = document["category_caps"]
    gain = document["monthly_gain"]
    return {
        "name": document["name"],
        "category_caps": {code: points * TENTHS for code, points in caps.items()},
        "monthly_gain": gain * TENTHS if gain is not None else None,
        "floor": document["floor"] * TENTHS,
        "rules": [RuleOut().load(rule) for rule in document["rules"]],
    }


def copy_preset(name: str, row: RuleSetRow) -> None:
    """Fill a new set with a preset's rules and limits."""
    preset = read_preset(name)
    for field in ("category_caps", "monthly_gain", "floor"):
        setattr(row, field, preset[field])
    row.rule_rows = [
        RuleRow(code=rule["code"], body={k: v for k, v in rule.items() if k != "code"})
        for rule in sorted(preset["rules"], key=lambda rule: str(rule["code"]))
    ]


def install_preset(uow: UnitOfWork, name: str = "preset_a") -> bool:
    """Put a preset in force from the beginning of the year before last, unless rules exist.

    It reaches back so that a city can load the attendance it already has.
    """
    if uow.session.scalar(text("SELECT EXISTS (SELECT FROM rule_sets)")):
        return False
    now = uow.clock.now()
    start = year_begins(local_day(now).year - 2)
    row = RuleSetRow(
        id=new_id(),
        name=read_preset(name)["name"],
        state="approved",
        effective_from=local_day(start),
        effective_at=start,
        created_by=SYSTEM_AUTHOR,
        created_at=now,
        submitted_by=SYSTEM_AUTHOR,
        submitted_at=now,
        approved_by=SYSTEM_APPROVER,
        approved_at=now,
    )
    copy_preset(name, row)
    uow.session.add(row)
    uow.session.flush()
    return True
