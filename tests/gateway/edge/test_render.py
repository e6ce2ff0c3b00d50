import re
from pathlib import Path

import pytest

from services.gateway.edge.render import FRONTENDS, Edge, Tls, render
from services.gateway.edge.routing import LIVE, OWNERS, owner

PLAIN = FRONTENDS / "plain"


def edge(tmp_path: Path, **changes: object) -> Edge:
    addresses = {name: f"127.0.0.1:{port}" for name, port in
                 (("listen", 1), ("gateway", 2), ("events", 3), ("points", 4), ("live", 5))}  # fmt: skip
    return Edge(**{**addresses, "var": tmp_path, **changes})  # type: ignore[arg-type]


def test_every_placeholder_is_filled(tmp_path: Path) -> None:
    assert not re.findall(r"\$\{", render(edge(tmp_path)))


def test_every_owned_path_has_its_location(tmp_path: Path) -> None:
    text = render(edge(tmp_path))
    for service, prefixes in OWNERS.items():
        for prefix in prefixes:
            upstream = "live" if prefix == LIVE else service
            pattern = rf"location {re.escape(prefix)} {{ .*proxy_pass http://{upstream}; }}"
            assert re.search(pattern, text), prefix


@pytest.mark.parametrize("bad", ['/a"b', "/a;b", "/a$b", "/a{b", "/a\nb"])
def test_a_path_that_would_end_a_directive_is_refused(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        render(edge(tmp_path, var=Path(bad)))


def test_with_tls_every_plain_request_is_redirected(tmp_path: Path) -> None:
    tls = Tls(Path("/tls/chain.pem"), Path("/tls/key.pem"), "80")
    text = render(edge(tmp_path, listen="443", tls=tls))
    assert "listen 443 ssl;" in text
    assert "return 308 https://$host$request_uri;" in text
    assert "Strict-Transport-Security" in text
    assert "Strict-Transport-Security" not in render(edge(tmp_path))


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/v1/events/1/code", "events"),
        ("/api/v1/event-imports", "events"),
        ("/api/v1/check-ins", "events"),
        ("/api/v1/me", "gateway"),
        ("/api/v1/me/home", "gateway"),
        ("/api/v1/me/points", "points"),
        ("/api/v1/me/pass", "events"),
        ("/api/v1/me/password", "gateway"),
        ("/api/v1/members/1/points", "points"),
        ("/api/v1/rule-sets/1/rules/L01", "points"),
        ("/api/v1/auth/refresh", "gateway"),
    ],
)
def test_a_path_has_one_owner(path: str, service: str) -> None:
    assert owner(path) == service


def test_no_page_holds_inline_script_or_style_or_a_foreign_address() -> None:
    for page in PLAIN.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), page
    for file in PLAIN.rglob("*.*"):
        foreign = re.findall(r"""(?<!xmlns=")https?://[^\s"']+""", file.read_text("utf-8"))
        assert foreign == [], file


@pytest.mark.parametrize("name", ["words.js", "session.js", "screen.js"])
def test_the_screen_runs_on_an_old_browser(name: str) -> None:
    text = (PLAIN / "assets" / name).read_text("utf-8")
    code = re.sub(r"//.*|'(?:[^'\\]|\\.)*'", "", text)
    newer = re.findall(r"=>|`|\?\.|\?\?|\b(?:let|const|class|async|await|of|fetch|Promise)\b", code)
    assert newer == []
