"""A city of one committee, one unit and two branches, for the tests of points."""

from shared.ids import new_id

CITY, UNIT, BRANCH, OTHER = (new_id() for _ in range(4))
