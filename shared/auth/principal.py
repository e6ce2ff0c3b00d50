"""The signed-in person, what the roles allow, and where.

The tree is written as paths of organisation codes, ``/city/u001/b0001/``; an organisation
reaches another when the other's path begins with its own.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import Forbidden
from shared.text import Text

# Roles of the domain glossary. Everyone signed in is a `member` at the own branch.
ROLES = (
    "member",
    "group_leader",
    "branch_secretary",
    "committee_member",
    "unit_admin",
    "city_admin",
    "organiser",
    "system_admin",
    "security_admin",
    "auditor",
)

# 三员分立: who keeps the suite running, who decides on sign-in and who watches are three people.
SEPARATE_DUTIES = frozenset({"system_admin", "security_admin", "auditor"})


@dataclass(frozen=True, slots=True)
class Permission:
    """What a route asks for; held by the roles named, each within its part of the tree.

    What a branch's secretary may, its committee (支委) may as well: they are one row of the
    glossary's table of roles, and a permission that names the one holds the other.

    `audited` says that reading by it shows other people's data, so that the audit log keeps who
    read what. Changes and exports are kept in any case. `without_office` says that it shows them to
    plain members as well, as an event's list to whoever was named its organiser.
    """

    name: str
    roles: frozenset[str]
    audited: bool = False
    without_office: bool = False

    def __post_init__(self) -> None:
        unknown = self.roles - set(ROLES)
        if unknown:
            message = f"{self.name}: unknown roles {sorted(unknown)}"
            raise ValueError(message)
        if "branch_secretary" in self.roles:
            object.__setattr__(self, "roles", self.roles | {"committee_member"})


# Declared by routes that anyone may call, signed in or not.
PUBLIC = Permission("public", frozenset())


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, bound to an organisation's path."""

    role: str
    path: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `grants` always holds `member` at the own branch."""

    member_id: UUID
    name: str
    organisation_path: str
    grants: tuple[Grant, ...]

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """Return the paths at and below which this person holds the permission."""
        return tuple(grant.path for grant in self.grants if grant.role in permission.roles)

    def holds(self, permission: Permission) -> bool:
        """Tell whether the permission is held anywhere in the tree."""
        return any(grant.role in permission.roles for grant in self.grants)

    def reaches(self, permission: Permission, path: str) -> bool:
        """Tell whether the permission is held at `path`."""
        return any(path.startswith(reach) for reach in self.paths(permission))

    def require(self, permission: Permission, path: str) -> None:
        """Raise Forbidden (`out_of_reach`) unless the permission is held at `path`."""
        if not self.reaches(permission, path):
            raise Forbidden(
                "out_of_reach",
                Text(
                    zh="这超出您的管理范围，请联系该组织的管理员办理。",
                    en="This lies outside the part of the organisation your role covers;"
                    " ask an administrator of that organisation.",
                ),
            )
