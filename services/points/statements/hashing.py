"""The hash of a statement as it is stored."""

from services.points.statements.chain import digest
from services.points.statements.models import LineRow, ObjectionRow, StatementRow
from shared.database import UnitOfWork


def digest_of(uow: UnitOfWork, row: StatementRow) -> str:
    """Return the hash of what is stored of a statement, each column of it included."""
    columns = StatementRow.__table__.columns.keys()
    statement = {name: getattr(row, name) for name in columns if name not in ("hash", "code")}
    lines = LineRow.__table__.select().where(LineRow.statement_id == row.id).order_by(LineRow.place)
    objections = (
        ObjectionRow.__table__.select()
        .where(ObjectionRow.statement_id == row.id)
        .order_by(ObjectionRow.id)
    )
    return digest(
        statement,
        [list(line) for line in uow.session.execute(lines)],
        [list(objection) for objection in uow.session.execute(objections)],
    )
