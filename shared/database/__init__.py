"""PostgreSQL: one engine a process, and the unit of work that alone commits."""

from shared.database.engine import Database
from shared.database.unit_of_work import UnitOfWork

__all__ = ["Database", "UnitOfWork"]
