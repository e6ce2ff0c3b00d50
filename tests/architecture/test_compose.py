"""What docker-compose.yml and the Dockerfile name exists, and what the services need is given."""

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import psycopg
import pytest
import yaml

from services.events.config import Settings as EventsSettings
from services.gateway import worker as gateway_worker
from services.gateway.config import Settings as GatewaySettings
from services.points.config import Settings as PointsSettings
from shared.config import Environment
from shared.embedded import PostgresServer
from shared.testing.plugin import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = {"points": PointsSettings, "events": EventsSettings, "gateway": GatewaySettings}
# What only the people who run it can bring.
BROUGHT = ("wechat_app_secret", "tls_certificate.pem", "tls_key.pem")
OURS = [name for name, service in SERVICES.items() if "build" in service]


@pytest.fixture(scope="module")
def specification() -> jsonschema.Draft201909Validator:
    schema = json.loads((Path(__file__).parent / "compose_schema.json").read_text())
    return jsonschema.Draft201909Validator(schema)


def test_it_follows_the_compose_specification(
    specification: jsonschema.Draft201909Validator,
) -> None:
    specification.validate(COMPOSE)


def test_the_specification_would_see_a_mistake(
    specification: jsonschema.Draft201909Validator,
) -> None:
    wrong = {**COMPOSE, "services": {"x": {"image": "y", "comand": []}}}
    with pytest.raises(jsonschema.ValidationError):
        specification.validate(wrong)


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_watched_limited_and_nobody_special(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= limits.keys()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    if "image" in service:
        assert service["user"] not in ("root", "0")
        assert service["healthcheck"]["test"]
    elif name.endswith("-migrate"):
        assert service["restart"] == "no"
    else:
        assert "healthcheck" in service or "HEALTHCHECK" in stage(service["build"]["target"])


def stage(target: str) -> str:
    """Return the Dockerfile's lines of a target, with those of the stages it is made from."""
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    by_name = {text.splitlines()[0].rpartition(" AS ")[2]: text for text in stages}
    base = by_name[target].splitlines()[0].partition(" AS ")[0]
    return (stage(base) if base in by_name else "") + by_name[target]


@pytest.mark.parametrize("name", OURS)
def test_every_image_runs_as_an_ordinary_user(name: str) -> None:
    users = re.findall(r"^USER (\S+)", stage(SERVICES[name]["build"]["target"]), re.MULTILINE)
    assert users
    assert users[-1] in ("suite", "nginx")


@pytest.mark.parametrize("name", OURS)
def test_every_command_names_a_module_that_exists(name: str) -> None:
    service = SERVICES[name]
    command = service.get("command") or json.loads(
        re.findall(r"^CMD (\[.*\])", stage(service["build"]["target"]), re.MULTILINE)[-1]
    )
    if command[:2] == ["python", "-m"]:
        assert find_spec(command[2]) is not None
        if command[2].endswith(".manage"):
            help_text = subprocess.run(
                [ROOT / ".venv/bin/python", *command[1:], "--help"],
                capture_output=True,
                text=True,
                check=False,
                cwd=ROOT,
            )
            assert help_text.returncode == 0, help_text.stderr
    elif command[0] == "gunicorn":
        assert (ROOT / command[2]).exists()
        assert find_spec(command[3].partition(":")[0]) is not None
    else:
        assert command[0] == "nginx"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Secrets as `make secrets` makes them, and stand-ins for those that people bring."""
    copy = tmp_path_factory.mktemp("copy")
    (copy / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "secrets.sh", copy / ".ci")
    for name in (".venv", "services", "shared"):
        (copy / name).symlink_to(ROOT / name)
    made = [make_secrets(copy) for _ in range(2)]
    assert made[0] == made[1], "a second run keeps what is there"
    for name in BROUGHT:
        (copy / "secrets" / name).write_text("from elsewhere")
    return copy / "secrets"


def make_secrets(copy: Path) -> dict[str, bytes]:
    told = subprocess.run(
        [copy / ".ci" / "secrets.sh"], capture_output=True, text=True, check=True, cwd=copy
    )
    for name in BROUGHT:
        assert f"secrets/{name}" in told.stdout
    return {path.name: path.read_bytes() for path in (copy / "secrets").iterdir()}


def test_every_secret_is_made_or_asked_for(secrets: Path) -> None:
    for secret in COMPOSE["secrets"].values():
        path = secrets / secret["file"].removeprefix("./secrets/")
        assert path.read_text().strip(), path.name
        # The user inside a container must read it; nobody else on the machine gets this far.
        assert path.stat().st_mode & 0o777 == 0o644 or path.name in BROUGHT
    assert secrets.stat().st_mode & 0o777 == 0o700


def environment(name: str, secrets: Path) -> dict[str, str]:
    """Return a container's environment with the secrets where they are here."""
    given = dict(SERVICES[name].get("environment", {}))
    for key, value in given.items():
        secret = str(value).removeprefix("/run/secrets/")
        if secret != value:
            assert secret in SERVICES[name]["secrets"], (name, key)
            file = COMPOSE["secrets"][secret]["file"].removeprefix("./secrets/")
            given[key] = str(secrets / file)
    return given


@pytest.mark.parametrize("name", [n for n in OURS if n.partition("-")[0] in SETTINGS])
def test_a_container_is_given_all_that_its_process_reads_and_no_more(
    name: str, secrets: Path
) -> None:
    service = name.partition("-")[0]
    environ = environment(name, secrets)
    reads = Reads(environ)
    if name.endswith("-migrate"):
        reads.text("DATABASE_URL")
    elif name == "gateway-worker":
        # It signs nothing and opens openids only, so it has no settings but these.
        gateway_worker.loops(reads)
        assert not reads.names & {"TOKEN_PRIVATE_KEY", "FIELD_KEY"}
    else:
        SETTINGS[service].from_environment(reads)
    by_gunicorn = set(re.findall(r'"([A-Z_]+)"', (ROOT / "shared" / "gunicorn.py").read_text()))
    assert {key.removesuffix("_FILE") for key in environ} <= reads.names | by_gunicorn
    used = set(SERVICES[name]["environment"].values())
    assert {f"/run/secrets/{secret}" for secret in SERVICES[name]["secrets"]} <= used


class Reads(Environment):
    """Remembers which settings were asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def text(self, name: str, default: str | None = None) -> str:
        self.names.add(name)
        return super().text(name, default)


def test_services_find_each_other_where_they_listen(secrets: Path) -> None:
    for name in ("points", "events", "gateway"):
        assert environment(name, secrets)["BIND"] == "0.0.0.0:8000"
        assert "EXPOSE 8000" in stage(name)
        assert "http://127.0.0.1:8000/healthz" in stage(name)
        url = (secrets / f"{name}_database_url").read_text()
        assert urlsplit(url).hostname in SERVICES
        redis = urlsplit(environment(name, secrets)["REDIS_URL"])
        assert redis.hostname in SERVICES
    gateway = environment("gateway", secrets)
    assert gateway["EVENTS_URL"] == "http://events:8000"
    assert gateway["POINTS_URL"] == "http://points:8000"


def test_the_first_start_makes_what_the_database_urls_name(secrets: Path, tmp_path: Path) -> None:
    (mount,) = (v for v in SERVICES["postgres"]["volumes"] if v.startswith("./"))
    script = (ROOT / mount.split(":")[0]).read_text().replace("/run/secrets", str(secrets))
    with PostgresServer(tmp_path / "data", durable=False) as server:
        psql = Path(server.command()[server.command().index("-D") - 1]).with_name("psql")
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "POSTGRES_USER": "postgres"}
        place["PATH"] = f"{psql.parent}:/usr/bin:/bin"
        subprocess.run(["sh", "-c", script], env=place, check=True, capture_output=True)
        for service in SETTINGS:
            url = (secrets / f"{service}_database_url").read_text()
            here = url.replace("postgres:5432", f"127.0.0.1:{server.port}").replace("+psycopg", "")
            with psycopg.connect(here) as connection:
                connection.execute("CREATE TABLE own (id int)")
            for other in set(SETTINGS) - {service}:
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(here.rpartition("/")[0] + f"/{other}")


def test_every_file_that_is_named_exists() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file(), source
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert "secrets" in ignored
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for part in source.split():
            assert (ROOT / part).exists(), part
            assert part.partition("/")[0] not in ignored


def test_each_target_is_built_and_only_the_edge_is_published() -> None:
    for name in OURS:
        assert f" AS {SERVICES[name]['build']['target']}\n" in DOCKERFILE
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["edge"]
    exposed = re.findall(r"^EXPOSE (.+)$", stage("edge"), re.MULTILINE)[-1].split()
    assert {port.partition(":")[2] for port in SERVICES["edge"]["ports"]} == set(exposed)


def test_the_edge_of_the_image_is_what_the_renderer_takes(tmp_path: Path) -> None:
    command = re.search(r"services\.gateway\.edge\.render \\\n((?:.+\\\n)*.+)", DOCKERFILE)
    assert command is not None
    words = command[1].replace("\\\n", " ").split()
    words[words.index("--output") + 1] = str(tmp_path / "nginx.conf")
    python = ROOT / ".venv/bin/python"
    subprocess.run([python, "-m", "services.gateway.edge.render", *words], check=True, cwd=ROOT)
    rendered = (tmp_path / "nginx.conf").read_text()
    addresses = {f"{name}:8000" for name in ("points", "events", "gateway") if name in SERVICES}
    assert all(address in rendered for address in addresses)
