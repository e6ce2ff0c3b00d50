"""The presets say what the table of the domain says, read against a copy written out by hand."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.points.rules.models import RuleSetRow
from services.points.rules.presets import read_preset
from services.points.rules.timeline import to_rule
from services.points.scoring import Fact, RuleSet, Timeline, score
from shared.clock import SHANGHAI
from shared.database import Database

# code: (category, value, cap a year, trigger), in points; a value of several levels is a tuple.
TABLE = {
    "L01": ("LIFE", 2, 8, "check_in"),
    "L02": ("LIFE", 0, None, "check_in"),
    "L03": ("LIFE", 1, 12, "check_in"),
    "L04": ("LIFE", 2, 8, "check_in"),
    "L05": ("LIFE", 1, 12, "check_in"),
    "L06": ("LIFE", 3, 3, "check_in"),
    "L07": ("LIFE", 1, 1, "import"),
    "L08": ("LIFE", 1, 4, "import"),
    "L09": ("LIFE", "make_up", None, "claim"),
    "S01": ("STUDY", 1, 12, "check_in"),
    "S02": ("STUDY", 1, 6, "check_in"),
    "S03": ("STUDY", 2, 6, "import"),
    "S04": ("STUDY", 3, 9, "check_in"),
    "S05": ("STUDY", 5, 10, "claim"),
    "S06": ("STUDY", 2, 6, "manual"),
    "S07": ("STUDY", 3, 9, "claim"),
    "S08": ("STUDY", 1, 4, "import"),
    "V01": ("SERVE", 1, 20, "check_in+import"),
    "V02": ("SERVE", 2, 8, "claim"),
    "V03": ("SERVE", 3, 12, "claim"),
    "V04": ("SERVE", 2, 6, "claim"),
    "V05": ("SERVE", 5, 10, "manual"),
    "C01": ("CULT", 1, 6, "check_in"),
    "C02": ("CULT", (1, 2, 3), 6, "import"),
    "C03": ("CULT", 2, 4, "check_in"),
    "I01": ("HONOR", 2, 8, "claim"),
    "H01": ("HONOR", (1, 2, 4, 6, 8), 10, "import"),
    "H02": ("HONOR", 2, 4, "check_in"),
    "D01": ("DEDUCT", -2, 10, "manual"),
    "D02": ("DEDUCT", -1, 6, "manual"),
    "D04": ("DEDUCT", -3, None, "manual"),
}
# What two people decide beside the table: a correction of so many points.
CORRECTION = {"M01": ("ADJUST", "stated", None, "manual")}
BASE = {"B01": ("BASE", 60, None, "system")}


@pytest.mark.parametrize(
    ("preset", "table"),
    [("preset_a", TABLE | CORRECTION), ("preset_b", TABLE | CORRECTION | BASE)],
)
def test_every_rule_of_the_table_is_there_and_no_other(preset: str, table: object) -> None:
    found = {}
    for rule in read_preset(preset)["rules"]:
        value = rule["value"]
        worth: object = value["kind"]
        if "levels" in value:
            worth = tuple(v // 10 for v in value["levels"].values())
        elif "points" in value:
            worth = value["points"] // 10
        yearly = [cap["points"] // 10 for cap in rule["caps"] if cap["per"] == "year"]
        trigger = "+".join(rule["trigger"])
        found[rule["code"]] = (rule["category"], worth, yearly[0] if yearly else None, trigger)
    assert found == table


# code: what a member does or is given, and what that is worth in tenths before any limit.
DONE: dict[str, tuple[dict[str, Any], int]] = {
    "L01": ({"kind": "branch_meeting"}, 20),
    "L02": ({"kind": "committee_meeting"}, 0),
    "L03": ({"kind": "group_meeting"}, 10),
    "L04": ({"kind": "lecture"}, 20),
    "L05": ({"kind": "theme_day"}, 10),
    "L06": ({"kind": "organisational_life"}, 30),
    "L07": ({"kind": "appraisal", "source": "import"}, 10),
    "L08": ({"kind": "dues_on_time", "source": "import"}, 10),
    "L09": ({"kind": "make_up_study", "source": "claim", "level": "lecture"}, 20),
    "S01": ({"kind": "study_session"}, 10),
    "S02": ({"kind": "youth_study"}, 10),
    "S03": ({"kind": "training_course", "source": "import"}, 20),
    "S04": ({"kind": "lecture", "role": "lecturer"}, 30),
    "S05": ({"kind": "invited_lecture", "source": "claim"}, 50),
    "S06": ({"kind": "prepared_remarks", "source": "manual"}, 20),
    "S07": ({"kind": "article_adopted", "source": "claim"}, 30),
    "S08": ({"kind": "quiz", "source": "import"}, 10),
    "V01": ({"kind": "volunteering", "minutes": 75}, 10),
    "V02": ({"kind": "community_service", "source": "claim"}, 20),
    "V03": ({"kind": "practical_matter", "source": "claim"}, 30),
    "V04": ({"kind": "pairing_help", "source": "claim"}, 20),
    "V05": ({"kind": "urgent_task", "source": "manual"}, 50),
    "C01": ({"kind": "sports"}, 10),
    "C02": ({"kind": "prize", "source": "import", "level": "province"}, 30),
    "C03": ({"kind": "outdoor_work"}, 20),
    "I01": ({"kind": "suggestion_adopted", "source": "claim"}, 20),
    "H01": ({"kind": "commendation", "source": "import", "level": "national"}, 80),
    "H02": ({"kind": "culture", "role": "helper"}, 20),
    "D01": ({"kind": "unexcused_absence", "source": "manual"}, -20),
    "D02": ({"kind": "study_absence", "source": "manual"}, -10),
    "D04": ({"kind": "false_claim", "source": "manual"}, -30),
    "M01": ({"kind": "correction", "source": "manual", "quantity": 15}, 15),
    "B01": ({"kind": "year_opening", "source": "system"}, 600),
}


@pytest.mark.parametrize("preset", ["preset_a", "preset_b"])
def test_each_line_of_the_table_gives_what_it_says_for_what_it_names(preset: str) -> None:
    rules = {rule["code"]: rule for rule in read_preset(preset)["rules"]}
    assert set(rules) == set(DONE) - ({"B01"} if preset == "preset_a" else set())
    begin = datetime(2026, 1, 1, tzinfo=SHANGHAI)
    timeline = Timeline([RuleSet(UUID(int=1), begin, tuple(to_rule(r) for r in rules.values()))])
    for code in rules:
        done, worth = DONE[code]
        role = "participant" if done.get("source", "check_in") == "check_in" else "self"
        fact = Fact(UUID(int=2), UUID(int=3), occurred_at=begin, **{"role": role} | done)
        entries, _ = score([fact], timeline)
        assert [(entry.rule_code, entry.worth) for entry in entries] == [(code, worth)]


def test_hours_of_volunteers_count_alike_when_they_are_imported() -> None:
    begin = datetime(2026, 1, 1, tzinfo=SHANGHAI)
    rules = tuple(to_rule(rule) for rule in read_preset("preset_a")["rules"])
    timeline = Timeline([RuleSet(UUID(int=1), begin, rules)])
    fact = Fact(
        UUID(int=2), UUID(int=3), "volunteering", begin, source="import", minutes=300,
    )  # fmt: skip
    (entry,) = score([fact], timeline)[0]
    assert (entry.rule_code, entry.worth) == ("V01", 20)


def test_the_first_preset_counts_from_a_new_years_midnight_in_shanghai(city: Database) -> None:
    with city.unit_of_work() as uow:
        row = uow.session.scalars(select(RuleSetRow)).one()
    assert (row.effective_from, row.effective_at) == (
        date(2024, 1, 1),
        datetime(2024, 1, 1, tzinfo=SHANGHAI),
    )


def test_the_limits_beside_the_yearly_ones() -> None:
    preset = read_preset("preset_a")
    rules = {rule["code"]: rule for rule in preset["rules"]}
    others = {
        code: {cap["per"]: cap["points"] for cap in rule["caps"] if cap["per"] != "year"}
        for code, rule in rules.items()
    }
    assert {code: caps for code, caps in others.items() if caps} == {
        "L05": {"month": 10},
        "L08": {"quarter": 10},
        "S08": {"event": 10},
        "V01": {"event": 20},
        "C01": {"event": 10},
        "C03": {"event": 20},
        "H02": {"event": 20},
    }
    assert rules["V01"]["value"] == {"kind": "per_hour", "points": 10, "at_most": 20}
    assert rules["H01"]["value"]["kind"] == "highest_of_year"
    assert (rules["S04"]["role"], rules["H02"]["role"]) == ("lecturer", "helper")
    assert preset["category_caps"] == {
        "LIFE": 400,
        "STUDY": 200,
        "SERVE": 300,
        "CULT": 100,
        "HONOR": 100,
    }
    assert (preset["monthly_gain"], preset["floor"]) == (150, 0)
