"""The roster's commands of ``python -m services.points.manage``."""

import click
import orjson
from sqlalchemy import select

from services.points.roster import publish
from services.points.roster.bootstrap import bootstrap
from services.points.roster.models import Member
from services.points.rules.presets import install_preset
from shared.config import Environment
from shared.database import Database


@click.command("bootstrap")
@click.option("--code", default="city", show_default=True, help="Code of the committee.")
@click.option("--name", default="市直机关工委", show_default=True, help="Name of the committee.")
@click.option("--member-no", required=True, help="The first administrator's member number.")
@click.option("--member-name", required=True)
def bootstrap_command(code: str, name: str, member_no: str, member_name: str) -> None:
    """Make the committee and its first administrator, and put preset A in force.

    Prints {"member_id": …}; done again it changes nothing.
    """
    database = Database(Environment().text("DATABASE_URL"), pool_size=1)
    with database.unit_of_work() as uow:
        member_id = bootstrap(
            uow, code=code, name=name, member_no=member_no, member_name=member_name
        )
        install_preset(uow)
        uow.commit()
    database.close()
    click.echo(orjson.dumps({"member_id": member_id}).decode())


@click.command("tell-roster")
def tell_roster_command() -> None:
    """Tell the other services of every member anew, so that they keep what they did not before.

    Prints {"members": …}; done again it changes nothing but versions.
    """
    database = Database(Environment().text("DATABASE_URL"), pool_size=1, statement_timeout_ms=0)
    with database.unit_of_work() as uow:
        members = uow.session.scalars(select(Member.id)).all()
        publish.members_touched(uow, members)
        uow.commit()
    database.close()
    click.echo(orjson.dumps({"members": len(members)}).decode())
