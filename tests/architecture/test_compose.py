"""What docker-compose.yml and the Dockerfile name exists, and what the services need is given."""

import json
import re
import subprocess
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from services.events.config import Settings as EventsSettings
from services.gateway.config import Settings as GatewaySettings
from services.points.config import Settings as PointsSettings
from shared.config import Environment

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = {"points": PointsSettings, "events": EventsSettings, "gateway": GatewaySettings}
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


@pytest.mark.parametrize("service", SETTINGS)
def test_every_setting_a_service_needs_is_given(service: str, tmp_path: Path) -> None:
    for name in (service, f"{service}-worker"):
        given = dict(SERVICES[name]["environment"])
        secrets = set(SERVICES[name]["secrets"])
        for key, value in given.items():
            if str(value).startswith("/run/secrets/"):
                secret = str(value).removeprefix("/run/secrets/")
                assert secret in secrets, (name, key)
                assert secret in COMPOSE["secrets"]
                path = tmp_path / secret
                path.write_text("x")
                given[key] = str(path)
        read = SETTINGS[service].from_environment(Environment(given))
        assert all(getattr(read, field.name) is not None for field in fields(read))
        known = {key.removesuffix("_FILE") for key in given}
        source = (ROOT / "services" / service / "config.py").read_text()
        gunicorn = (ROOT / "shared" / "gunicorn.py").read_text()
        assert all(f'"{key}"' in source + gunicorn for key in known), known


def test_every_file_and_secret_that_is_named_exists_or_is_made() -> None:
    making = (ROOT / ".ci" / "secrets.sh").read_text()
    for secret in COMPOSE["secrets"].values():
        file = secret["file"].removeprefix("./secrets/")
        service = file.partition("_")[0]
        generic = file.replace(service, "${service}", 1)
        assert file in making or generic in making, file
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists(), source
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / part).exists() for part in source.split()), source


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


def test_documented_commands_exist() -> None:
    text = (ROOT / "docs" / "running.md").read_text() + (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make ([a-z-]+)", text, re.MULTILINE):
        assert f"\n{target}:" in makefile, target
    for module, command in re.findall(r"(services\.\w+\.manage) ([a-z-]+)", text):
        ran = subprocess.run(
            [ROOT / ".venv/bin/python", "-m", module, command, "--help"],
            capture_output=True,
            check=False,
            cwd=ROOT,
        )
        assert ran.returncode == 0, (module, command)


def test_make_help_tells_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert targets is not None
    shown = subprocess.run(["make", "help"], capture_output=True, text=True, check=True, cwd=ROOT)
    listed = {line.split()[0] for line in shown.stdout.splitlines() if line.strip()}
    assert set(targets[1].split()) == listed
