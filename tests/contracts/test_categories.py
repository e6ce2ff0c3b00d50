"""Events names its categories, and points' rules know each of them."""

from services.events.catalogue.categories import CATEGORIES
from services.points.scoring.vocabulary import EVENT_KINDS


def test_both_services_know_the_same_categories() -> None:
    assert set(CATEGORIES) == set(EVENT_KINDS)
