"""The tree's kinds and the roles fit together."""

from services.points.roster import policy
from shared.auth import ROLES, SEPARATE_DUTIES, Grant, Principal
from shared.contracts.roster import KINDS, STATUSES
from shared.ids import new_id


def test_every_kind_and_role_is_spoken_for() -> None:
    assert set(policy.PARENTS) == set(KINDS)
    assert set(policy.BOUND_TO) == set(policy.GIVEN_BY) == set(ROLES) - {"member"}
    assert set(STATUSES) >= policy.UNSCORED


def test_kinds_form_no_ring() -> None:
    """A move that keeps to the kinds cannot make a cycle."""
    order = list(KINDS)
    for kind, parents in policy.PARENTS.items():
        assert all(order.index(parent) < order.index(kind) for parent in parents)


def test_nothing_may_be_given_from_outside_a_reach() -> None:
    principal = Principal(
        new_id(), "x", "/c/u/b/", (Grant("member", "/c/u/b/"), Grant("unit_admin", "/c/u/"))
    )
    gifts = policy.givable(principal)
    assert {path for _, path in gifts} == {"/c/u/"}
    assert {role for role, _ in gifts} == {
        "group_leader",
        "branch_secretary",
        "committee_member",
        "unit_admin",
        "organiser",
    }


def test_what_excludes_what_is_mutual_and_no_role_excludes_itself() -> None:
    for role in policy.GIVEN_BY:
        assert role not in policy.clashing(role)
        for other in policy.clashing(role):
            assert role in policy.clashing(other), (role, other)


def test_whoever_gives_a_separate_duty_cannot_hold_it() -> None:
    for duty in SEPARATE_DUTIES:
        assert policy.GIVEN_BY[duty].roles <= policy.clashing(duty), duty
