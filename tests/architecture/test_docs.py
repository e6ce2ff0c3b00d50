"""What README and docs name is there: commands, files, routes; the same in both languages."""

import os
import re
import subprocess
import sys

import pytest

from shared.testing.plugin import ROOT
from tests.session import Session
from tests.suite import Suite

READMES = {name: (ROOT / name).read_text() for name in ("README.md", "README.zh-CN.md")}
DOCS = READMES | {
    str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "docs").rglob("*.md")
}
EVERYTHING = "\n".join(DOCS.values())
MAKEFILE = (ROOT / "Makefile").read_text()


def quoted(text: str) -> list[str]:
    """Return what stands between backticks or in code blocks' lines."""
    return re.findall(r"`([^`\n]+)`", text) + re.findall(
        r"^(make .+|docker .+)$", text, re.MULTILINE
    )


def test_commands_exist() -> None:
    for target in re.findall(r"\bmake ([a-z-]+)", "\n".join(quoted(EVERYTHING))):
        assert f"\n{target}:" in MAKEFILE, target
    for module, command in set(re.findall(r"(services\.\w+\.manage) ([a-z-]+)", EVERYTHING)):
        ran = subprocess.run(
            [sys.executable, "-m", module, command, "--help"],
            capture_output=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert ran.returncode == 0, (module, command)


def test_make_help_tells_every_target() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert targets is not None
    # A make that runs the tests tells its children, and they would say which folder they enter.
    alone = {
        name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"
    }
    shown = subprocess.run(
        ["make", "help"], capture_output=True, text=True, check=True, cwd=ROOT, env=alone
    )
    listed = {line.split()[0] for line in shown.stdout.splitlines() if line.strip()}
    assert set(targets[1].split()) == listed


@pytest.mark.parametrize("name", DOCS)
def test_files_and_folders_exist(name: str) -> None:
    text = DOCS[name]
    here = (ROOT / name).parent
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (here / link).exists(), link
    ours = ("services/", "shared/", "tests/", "docs/", ".ci/")
    named = [word for word in quoted(text) if word.startswith(ours) and " " not in word]
    for path in named:
        assert list(ROOT.glob(path.rstrip("/"))), path


def test_the_map_names_every_slice() -> None:
    """A reader finds the place from the map: what a service holds is all on it."""
    for name, text in READMES.items():
        for service in ("points", "events", "gateway"):
            (row,) = re.findall(rf"^\| `services/{service}/` \| (.+) \|$", text, re.MULTILINE)
            slices = {
                path.name
                for path in (ROOT / "services" / service).iterdir()
                if path.is_dir() and path.name not in ("migrations", "__pycache__", "imports")
            }
            assert slices - set(quoted(row)) == set(), (name, service)


def test_both_languages_tell_the_same() -> None:
    english, chinese = READMES.values()
    for pattern in (r"^(#+) ", r"^(\d\.) ", r"^(- )", r"^(\|)", r"^(```\w*)", r"^(make .+)$"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(
            pattern, chinese, re.MULTILINE
        ), pattern


def test_the_privacy_guide_names_every_interface_that_wechat_guards() -> None:
    """What is not named there, WeChat switches off."""
    app = ROOT / "services" / "gateway" / "frontends" / "miniprogram" / "src"
    source = "\n".join(
        path.read_text("utf-8") for ending in ("*.ts", "*.vue") for path in app.rglob(ending)
    )
    guarded = (
        r"choose(?:Image|Media|Video|MessageFile|Address|Location|Poi)|get(?:Fuzzy)?Location"
        r"|(?:set|get)ClipboardData|addPhone(?:Repeat)?Calendar|addPhoneContact|startRecord"
        r"|save(?:Image|Video)ToPhotosAlbum|getPhoneNumber|getUserProfile|getWeRunData|login"
    )
    used = set(re.findall(rf"\b(?:uni|wx)\.({guarded})\b", source))
    assert "chooseImage" in used
    assert used <= set(quoted(DOCS["docs/mini-program.md"]))


@pytest.mark.journey
def test_routes_exist(suite: Suite) -> None:
    spec = Session(suite.base_url, None).get("/openapi.json")
    known = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1")))
        for path, methods in spec["paths"].items()
        for method in methods
    }
    named = re.findall(r"(GET|POST|PUT|PATCH|DELETE) (/[^\s?]+)", "\n".join(quoted(EVERYTHING)))
    assert len(named) > 5
    for method, path in named:
        place = re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1"))
        spelled_out = re.sub(r"/[A-Z]\d\d$", "/{}", place)
        assert (method, spelled_out) in known, (method, path)
