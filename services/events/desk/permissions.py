"""Who reads a record book: those who answer for the organisation; every reading is noted."""

from typing import Final

from shared.auth import Permission

RECORD_BOOK: Final = Permission(
    "record_book.read", frozenset({"branch_secretary", "unit_admin", "city_admin"})
)
