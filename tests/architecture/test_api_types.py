"""The front ends speak the API as it is: their generated types are those of the present document."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import orjson

from shared.testing.plugin import ROOT

_APP: Final = ROOT / "services" / "gateway" / "frontends" / "miniprogram"


def test_the_front_ends_types_are_those_of_the_document(tmp_path: Path) -> None:
    generator = _APP / "node_modules" / ".bin" / "openapi-typescript"
    assert generator.exists(), "`make frontends` installs it"
    document, made = tmp_path / "api.json", tmp_path / "schema.d.ts"
    # In a process of its own, as `make api-types` does it.
    python = [sys.executable, "-m", "tests.architecture.api_document"]
    document.write_bytes(subprocess.run(python, cwd=ROOT, check=True, capture_output=True).stdout)
    scripts = orjson.loads((_APP / "package.json").read_bytes())["scripts"]
    options = [part for part in scripts["api-types"].split() if part.startswith("--")]
    command = [ROOT / ".ci" / "node.sh", generator, document, *options, "-o", made]
    subprocess.run(command, cwd=_APP, check=True, capture_output=True)
    kept = _APP.parent / "api" / "schema.d.ts"
    assert made.read_text() == kept.read_text(), "`make api-types` makes them anew"
