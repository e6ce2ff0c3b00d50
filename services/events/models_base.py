"""The one registry of this service's mapped tables."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Base of the events service's models."""
