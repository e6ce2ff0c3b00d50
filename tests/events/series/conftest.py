from tests.events.catalogue.conftest import city, people

__all__ = ["city", "people"]
