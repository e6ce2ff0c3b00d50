"""Every way of being refused is tried: each code stands in a test, in words of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

from shared import errors
from shared.testing.plugin import ROOT

# What makes a problem: the errors of the one tree, and what policies return.
MAKERS = {"Refusal"} | {
    name
    for name, made in vars(errors).items()
    if isinstance(made, type) and issubclass(made, errors.Problem)
}


def codes_in(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[0]
        if name in MAKERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def test_every_code_is_tried() -> None:
    sources = [
        path
        for folder in ("services/points", "services/events", "services/gateway", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
    ]
    codes = {code for path in sources for code in codes_in(path)}
    assert len(codes) > 200
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert sorted(code for code in codes if f'"{code}"' not in tests) == []
