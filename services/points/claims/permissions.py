"""Who may do what with claims; source: the table of roles in the domain glossary."""

from typing import Final

from shared.auth import Permission

_BRANCH: Final = frozenset({"branch_secretary", "unit_admin", "city_admin"})

CLAIMS: Final = Permission("claims.own", frozenset({"member"}), audited=True)
"""Everybody makes and reads own claims; another's are read by those who may review them."""

REVIEW: Final = Permission("claims.review", _BRANCH | {"group_leader"})

FIRST_REVIEW: Final = Permission("claims.review.first", frozenset({"group_leader"}))

BRANCH_REVIEW: Final = Permission("claims.review.branch", _BRANCH)
