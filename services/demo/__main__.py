"""``python -m services.demo load``: fill an empty suite with the demo city."""

from pathlib import Path

import click
import httpx

from services.demo.city import SIZES
from services.demo.loader import load
from services.demo.suite import LoadFailedError


@click.group()
def demo() -> None:
    """The demo city."""


@demo.command("load")
@click.option("--base-url", required=True, help="The edge, e.g. http://127.0.0.1:8000.")
@click.option("--size", type=click.Choice(sorted(SIZES)), default="small", show_default=True)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder with each service's settings, points.env and gateway.env.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Writes sign-ins here.")
def load_command(base_url: str, size: str, settings: Path, out: Path) -> None:
    """Load the city once, and see to it that something is on today."""
    try:
        load(base_url.rstrip("/"), SIZES[size], settings, out)
    except (LoadFailedError, httpx.TransportError) as error:
        # What is in stays: the same command takes up again.
        raise click.ClickException(f"The demo city could not be loaded: {error}") from error


if __name__ == "__main__":
    demo()
