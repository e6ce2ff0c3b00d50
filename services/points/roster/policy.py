"""What may stand where in the tree, and who may give which role. Pure."""

from typing import Final

from shared.auth import SEPARATE_DUTIES, Permission, Principal
from shared.errors import Problem, Unprocessable
from shared.text import Text

# Kind → the kinds it may lie directly under.
PARENTS: Final = {
    "committee": (),
    "unit": ("committee",),
    "general_branch": ("unit",),
    "branch": ("unit", "general_branch"),
    "group": ("branch",),
    "cross_cutting": ("committee", "unit", "general_branch", "branch"),
}

# Role → the kinds of organisation it may be bound to.
BOUND_TO: Final = {
    "group_leader": ("group", "cross_cutting"),
    "branch_secretary": ("branch", "general_branch"),
    "committee_member": ("branch", "general_branch"),
    "unit_admin": ("unit",),
    "city_admin": ("committee",),
    "organiser": ("committee", "unit", "general_branch", "branch", "group", "cross_cutting"),
    "system_admin": ("committee",),
    "security_admin": ("committee",),
    "auditor": ("committee",),
}

_KEEPERS: Final = frozenset({"unit_admin", "city_admin"})
# Role → who may give it and take it away, each within the own part of the tree. Who gives one of the
# separate duties can hold none that it gives (`clashing`), so nobody gives a duty to themselves.
GIVEN_BY: Final = {
    "group_leader": Permission("roles.give.group_leader", _KEEPERS | {"branch_secretary"}),
    "branch_secretary": Permission("roles.give.branch_secretary", _KEEPERS),
    "committee_member": Permission("roles.give.committee_member", _KEEPERS),
    "unit_admin": Permission("roles.give.unit_admin", _KEEPERS),
    "city_admin": Permission("roles.give.city_admin", frozenset({"city_admin"})),
    "organiser": Permission("roles.give.organiser", _KEEPERS | {"branch_secretary"}),
    "system_admin": Permission("roles.give.system_admin", frozenset({"security_admin"})),
    "security_admin": Permission("roles.give.security_admin", frozenset({"city_admin"})),
    "auditor": Permission("roles.give.auditor", frozenset({"security_admin"})),
}

# Roles that the city is never without.
NEVER_WITHOUT: Final = ("city_admin", "security_admin")

# Roles that end when a member leaves the branch they are bound to (or into).
ROLES_OF_THE_BRANCH: Final = ("group_leader", "branch_secretary", "committee_member")

# Retired and mobile members attend without being scored, unless an administrator says otherwise.
UNSCORED: Final = frozenset({"retired", "mobile", "left"})


def misplaced(kind: str, parent_kind: str) -> Problem | None:
    """Return why an organisation of `kind` cannot lie under `parent_kind`, or None."""
    if parent_kind in PARENTS[kind]:
        return None
    return Unprocessable(
        "parent_kind_wrong",
        Text(
            "这类组织不能设在所选上级之下，请另选上级。",
            "This kind of organisation cannot lie under that parent; choose another.",
        ),
        extra={"allowed_parents": list(PARENTS[kind])},
    )


def misbound(role: str, kind: str) -> Problem | None:
    """Return why `role` cannot be bound to an organisation of `kind`, or None."""
    if kind in BOUND_TO[role]:
        return None
    return Unprocessable(
        "role_kind_wrong",
        Text(
            "这个角色不能设在该组织上，请另选组织。",
            "This role cannot be bound to that kind of organisation; choose another.",
        ),
        extra={"allowed_kinds": list(BOUND_TO[role])},
    )


def clashing(role: str) -> frozenset[str]:
    """Return the roles that nobody holds beside `role`.

    The separate duties exclude one another, and those who decide about points in a unit or the city:
    else somebody would watch, or let in, themselves.
    """
    if role in SEPARATE_DUTIES:
        return (SEPARATE_DUTIES | _KEEPERS) - {role}
    return SEPARATE_DUTIES if role in _KEEPERS else frozenset()


def givable(principal: Principal) -> list[tuple[str, str]]:
    """Return (role, path): the role may be given at and below the path."""
    return [(role, path) for role, by in GIVEN_BY.items() for path in principal.paths(by)]


def scored_by_default(status: str) -> bool:
    return status not in UNSCORED
