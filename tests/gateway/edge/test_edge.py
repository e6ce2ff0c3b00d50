"""The rendered configuration in a real nginx, before real services."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from services.gateway.edge.render import Edge, render
from services.gateway.edge.routing import LIVE, OWNERS
from shared.embedded import nginx_command
from shared.embedded.child import answers, free_port, start, stop

HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
)


CODE = "Abc-123_defGHI456jkl"


def service(name: str) -> Flask:
    """A service that says who it is and what it was sent."""
    app = Flask(name)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def anything(path: str) -> Any:
        headers = {"Cache-Control": "max-age=5"} if path.endswith("cached") else {}
        seen = {"service": name, "headers": dict(request.headers), "size": len(request.data)}
        return seen, 200, headers

    return app


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    servers = {
        name: make_server("127.0.0.1", 0, service(name), threaded=True)
        for name in ("gateway", "events", "live", "points")
    }
    for server in servers.values():
        Thread(target=server.serve_forever, daemon=True).start()
    port, var = free_port(), tmp_path_factory.mktemp("edge")
    addresses = {name: f"127.0.0.1:{server.server_port}" for name, server in servers.items()}
    configuration = var / "nginx.conf"
    configuration.write_text(render(Edge(listen=f"127.0.0.1:{port}", var=var, **addresses)))
    child = start(
        nginx_command(configuration), var / "nginx.log", lambda: answers(port), "the edge"
    )
    yield f"http://127.0.0.1:{port}"
    stop(child)
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture
def edge(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("live" if prefix == LIVE else name, prefix)
        for name, prefixes in OWNERS.items()
        for prefix in prefixes
    ]
    + [
        ("gateway", path)
        for path in ("/api/v1/me", "/api/v1/auth/password", "/api/docs", "/readyz")
    ],
)
def test_a_path_reaches_its_owner(edge: httpx.Client, name: str, path: str) -> None:
    assert edge.get(path).json()["service"] == name


@pytest.mark.parametrize(
    "path", ["/", "/screen/42", f"/c/{CODE}", "/assets/screen.css", "/nowhere", "/api/v1/me"]
)
def test_every_answer_carries_the_security_headers(edge: httpx.Client, path: str) -> None:
    answer = edge.get(path)
    for name in HEADERS:
        assert len(answer.headers.get_list(name)) == 1, name
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Server"] == "nginx"


def test_the_hall_s_screen_is_served(edge: httpx.Client) -> None:
    answer = edge.get("/screen/42")
    assert answer.status_code == 200
    assert "screen.js" in answer.text


@pytest.mark.parametrize(("path", "place"), [("/", "/m/"), (f"/c/{CODE}", f"/m/?code={CODE}")])
def test_members_are_led_to_their_app_and_bring_their_code(
    edge: httpx.Client, path: str, place: str
) -> None:
    answer = edge.get(path)
    # A path and no more: the address that people know may be another than the edge's own.
    assert (answer.status_code, answer.headers["Location"]) == (302, place)
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/assets/nothing.js", "/assets/../nginx.conf", "/openapi.json", "/assets/",
     "/c/", "/c/short", f"/c/{CODE}/more", f"/c/{CODE}%0d%0aX-Evil:1", f"/c/{'x' * 65}"],
)  # fmt: skip
def test_nothing_else_is_served(edge: httpx.Client, path: str) -> None:
    answer = edge.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "code"),
    [
        ("POST /screen/1 HTTP/1.1", "Content-Length: 0", 405, "method_not_allowed"),
        ("TRACE / HTTP/1.1", "", 405, "method_not_allowed"),
        ("nonsense", "", 400, "malformed_request"),
        ("GET /%zz HTTP/1.1", "", 400, "malformed_request"),
        ("GET / HTTP/1.1", "Host: two", 400, "malformed_request"),
        ("GET / HTTP/1.1", f"X-Long: {'x' * 40_000}", 400, "malformed_request"),
        (f"GET /{'x' * 40_000} HTTP/1.1", "", 400, "malformed_request"),
        ("POST /api/v1/check-ins HTTP/1.1", "Transfer-Encoding: other", 400, "malformed_request"),
        ("POST /api/v1/check-ins HTTP/1.1", "Content-Length: -1", 400, "malformed_request"),
    ],
)
def test_what_nginx_itself_refuses_is_a_problem_document(
    base_url: str, request_line: str, headers: str, status: int, code: str
) -> None:
    host, port = base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        lines = [request_line, "Host: one", "Connection: close", headers, ""]
        text = "\r\n".join(line for line in lines[:-1] if line) + "\r\n\r\n"
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(text.encode())
        answer = connection.makefile("rb").read().decode()
    assert f" {status} " in answer.splitlines()[0]
    assert f'"code":"{code}"' in answer


def test_what_a_service_says_of_caching_stands(edge: httpx.Client) -> None:
    assert edge.get("/api/v1/events/cached").headers.get_list("Cache-Control") == ["max-age=5"]
    assert edge.get("/api/v1/events").headers["Cache-Control"] == "no-store"


def test_a_claimed_address_and_request_id_are_replaced(edge: httpx.Client) -> None:
    forged = {"X-Forwarded-For": "1.2.3.4", "X-Request-Id": "forged"}
    seen = edge.get("/api/v1/events", headers=forged).json()["headers"]
    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Request-Id"] != "forged"


@pytest.mark.parametrize(("path", "most"), [("/api/v1/check-ins", 1), ("/api/v1/imports", 64)])
def test_bodies_are_limited_by_path(edge: httpx.Client, path: str, most: int) -> None:
    body = b"x" * (most * 1024 * 1024)
    assert edge.post(path, content=body).json()["size"] == len(body)
    answer = edge.post(path, content=body + b"x", headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "too_large"


def test_a_service_that_is_away_is_a_problem_in_the_callers_language(tmp_path: Path) -> None:
    port, gone = free_port(), f"127.0.0.1:{free_port()}"
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        render(
            Edge(
                f"127.0.0.1:{port}", gateway=gone, events=gone, live=gone, points=gone, var=tmp_path
            )
        )
    )
    child = start(nginx_command(configuration), tmp_path / "log", lambda: answers(port), "edge")
    try:
        url = f"http://127.0.0.1:{port}/api/v1/check-ins"
        chinese = httpx.post(url, json={})
        english = httpx.post(url, json={}, headers={"Accept-Language": "en-GB,en;q=0.9"})
        assert httpx.get(f"http://127.0.0.1:{port}/screen/1").status_code == 200
    finally:
        stop(child)
    assert chinese.status_code == english.status_code == 503
    assert chinese.headers["Retry-After"] == "2"
    assert chinese.json()["code"] == "service_away"
    assert "请" in chinese.json()["detail"]
    assert english.json()["detail"].startswith("A service is away")


def test_wechat_finds_its_proof_beside_the_codes(tmp_path: Path) -> None:
    port, nobody = free_port(), f"127.0.0.1:{free_port()}"
    (tmp_path / "plain" / "c").mkdir(parents=True)
    (tmp_path / "plain" / "c" / "AbC123.txt").write_text("proof")
    addresses = dict.fromkeys(("gateway", "events", "live", "points"), nobody)
    listen = f"127.0.0.1:{port}"
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        render(Edge(listen=listen, var=tmp_path, frontends=tmp_path, **addresses))
    )
    child = start(nginx_command(configuration), tmp_path / "log", lambda: answers(port), "edge")
    try:
        answer = httpx.get(f"http://{listen}/c/AbC123.txt")
        assert (answer.status_code, answer.text) == (200, "proof")
        assert answer.headers["Content-Type"].startswith("text/plain")
    finally:
        stop(child)


def test_half_sent_requests_delay_nobody(edge: httpx.Client, base_url: str) -> None:
    host, port = base_url.removeprefix("http://").split(":")
    held = []
    try:
        for _ in range(200):
            connection = socket.create_connection((host, int(port)))
            connection.sendall(
                b"POST /api/v1/check-ins HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
            )
            held.append(connection)
        slowest = 0.0
        for _ in range(50):
            begin = time.perf_counter()
            assert edge.get("/api/v1/events").status_code == 200
            slowest = max(slowest, time.perf_counter() - begin)
    finally:
        for connection in held:
            connection.close()
    assert slowest < 1.0


def test_the_access_log_holds_no_query(
    base_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    httpx.get(f"{base_url}/api/v1/events?search=a-name")
    var = next(path for path in tmp_path_factory.getbasetemp().glob("edge*") if path.is_dir())
    deadline = time.monotonic() + 10
    while "/api/v1/events" not in (log := (var / "access.log").read_text()):
        assert time.monotonic() < deadline, "the log was not written"
        time.sleep(0.1)
    assert "a-name" not in log


@pytest.mark.parametrize("prefix", ["/api/v1/calendar-feeds", "/c"])
def test_no_log_holds_the_secret_of_an_address(
    base_url: str, tmp_path_factory: pytest.TempPathFactory, prefix: str
) -> None:
    secret = "the-secret-in-the-address"
    assert httpx.get(f"{base_url}{prefix}/{secret}").status_code in (200, 302)
    var = next(path for path in tmp_path_factory.getbasetemp().glob("edge*") if path.is_dir())
    deadline = time.monotonic() + 10
    while f"{prefix}/…" not in (log := (var / "access.log").read_text()):
        assert time.monotonic() < deadline, "the log was not written"
        time.sleep(0.1)
    assert secret not in log


def test_no_error_tells_the_secret_of_an_address(tmp_path: Path) -> None:
    port, gone = free_port(), f"127.0.0.1:{free_port()}"
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        render(
            Edge(
                f"127.0.0.1:{port}", gateway=gone, events=gone, live=gone, points=gone, var=tmp_path
            )
        )
    )
    child = start(nginx_command(configuration), tmp_path / "log", lambda: answers(port), "edge")
    try:
        url = f"http://127.0.0.1:{port}/api/v1"
        assert httpx.get(f"{url}/calendar-feeds/a-secret.ics").status_code == 503
        assert httpx.get(f"{url}/events/no-secret").status_code == 503
    finally:
        stop(child)
    log = (tmp_path / "log").read_text()
    assert "no-secret" in log
    assert "a-secret" not in log


def test_production_s_configuration_passes_nginx_own_check(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "chain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    from services.gateway.edge.render import Tls

    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        render(
            Edge(
                f"127.0.0.1:{free_port()}",
                *["127.0.0.1:9"] * 4,
                var=tmp_path,
                tls=Tls(certificate, key, f"127.0.0.1:{free_port()}"),
                resolver="127.0.0.11",
            )
        )
    )
    checked = subprocess.run(
        [*nginx_command(configuration), "-t"], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr.decode()
    assert b"[warn]" not in checked.stderr
