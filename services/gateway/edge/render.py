"""Fill in nginx.conf.template.

Embedded: plain HTTP on loopback. Production: TLS, with every plain request redirected.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.gateway.edge.routing import LIVE, OWNERS, SECRET, UPLOADS

TEMPLATE: Final = Path(__file__).with_name("nginx.conf.template")
FRONTENDS: Final = Path(__file__).resolve().parents[1] / "frontends"
"""Holds `plain/`, pages served as they are, and `built/`, what the front ends' builds made."""
_PLACEHOLDER: Final = re.compile(r"\$\{([A-Z]+)\}")
# An error's message holds the whole request line.
_NO_ERRORS: Final = "error_log stderr crit; "
_UPLOAD_LIMITS: Final = "client_max_body_size 64m; proxy_read_timeout 60s; "


@dataclass(frozen=True)
class Tls:
    """Paths of the PEM files, and the plain address (host:port or port) that redirects to HTTPS."""

    certificate: Path
    key: Path
    redirect_from: str


@dataclass(frozen=True)
class Edge:
    """Where the edge listens and what stands behind it; addresses are `host:port`.

    `var` is a folder the server may write to; it holds the pid, temporary files and access log.
    With `resolver`, a name server's address, names of services are looked up again while the edge
    runs: a container that was made anew has another address. `access_log` is a file; None puts it
    into `var`.
    """

    listen: str
    gateway: str
    events: str
    live: str
    points: str
    var: Path
    frontends: Path = FRONTENDS
    tls: Tls | None = None
    resolver: str | None = None
    access_log: Path | None = None


def render(edge: Edge) -> str:
    """Return the whole nginx configuration.

    Raises:
        ValueError: A path or address holds a character that would end an nginx directive.
    """
    values = {
        "LISTEN": _word(edge.listen),
        "GATEWAY": _server(edge, edge.gateway),
        "EVENTS": _server(edge, edge.events),
        "LIVE": _server(edge, edge.live),
        "POINTS": _server(edge, edge.points),
        "RESOLVER": f"    resolver {_word(edge.resolver)} valid=5s;\n" if edge.resolver else "",
        "VAR": _word(edge.var),
        "LOG": _word(edge.access_log or edge.var / "access.log"),
        "FRONTENDS": _word(edge.frontends),
        "ROUTES": _routes(),
        "SECRET": "|".join(map(re.escape, sorted(SECRET))),
        "TLS": "",
        "REDIRECT": "",
    }
    if edge.tls is not None:
        values["LISTEN"] += " ssl"
        values["TLS"] = _tls(edge.tls)
        values["REDIRECT"] = (
            f"    server {{\n        listen {_word(edge.tls.redirect_from)};\n"
            "        return 308 https://$host$request_uri;\n    }\n"
        )
    return _PLACEHOLDER.sub(lambda match: values[match[1]], TEMPLATE.read_text("utf-8"))


def _server(edge: Edge, address: str) -> str:
    return f"{_word(address)} resolve" if edge.resolver else _word(address)


def _routes() -> str:
    return "\n".join(
        f"        location {prefix} {{ "
        f"{_UPLOAD_LIMITS if prefix in UPLOADS else ''}{_NO_ERRORS if prefix in SECRET else ''}"
        f"proxy_pass http://{'live' if prefix == LIVE else service}; }}"
        for service, prefixes in OWNERS.items()
        for prefix in prefixes
    )


def _tls(tls: Tls) -> str:
    return (
        f"        ssl_certificate {_word(tls.certificate)};\n"
        f"        ssl_certificate_key {_word(tls.key)};\n"
        "        ssl_protocols TLSv1.2 TLSv1.3;\n"
        "        ssl_session_cache shared:tls:10m;\n"
        "        ssl_session_tickets off;\n"
        "        http2 on;\n"
        '        add_header Strict-Transport-Security "max-age=31536000" always;\n'
    )


def _word(value: str | Path) -> str:
    """One nginx parameter, quoted so that a space in a folder's name does no harm."""
    text = str(value)
    if re.search(r'["\\$;{}\n]', text):
        msg = f"nginx cannot take this path or address: {text!r}"
        raise ValueError(msg)
    return f'"{text}"' if " " in text else text


def main() -> None:
    """Write the configuration to a file: `python -m services.gateway.edge.render --help`."""
    parser = argparse.ArgumentParser(description="Render the edge's nginx configuration.")
    for name in ("listen", "gateway", "events", "live", "points"):
        parser.add_argument(f"--{name}", required=True, metavar="HOST:PORT")
    parser.add_argument("--var", required=True, type=Path)
    parser.add_argument("--frontends", type=Path, default=FRONTENDS)
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--redirect-from", default="80", metavar="PORT")
    parser.add_argument("--resolver", metavar="ADDRESS")
    parser.add_argument("--access-log", type=Path)
    parser.add_argument("--output", required=True, type=Path)
    options = parser.parse_args()
    if (options.certificate is None) != (options.key is None):
        parser.error("--certificate and --key go together")
    tls = options.certificate and Tls(options.certificate, options.key, options.redirect_from)
    edge = Edge(
        listen=options.listen,
        gateway=options.gateway,
        events=options.events,
        live=options.live,
        points=options.points,
        var=options.var,
        frontends=options.frontends,
        tls=tls or None,
        resolver=options.resolver,
        access_log=options.access_log,
    )
    options.output.write_text(render(edge), "utf-8")


if __name__ == "__main__":
    main()
