"""The roster's commands of ``python -m services.points.manage``."""

import click
import orjson

from services.points.roster.bootstrap import bootstrap
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
