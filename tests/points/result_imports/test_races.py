"""Two workers at once: what one import names as well stays when the other is undone meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError
from time import sleep
from typing import Any
from uuid import UUID

import pytest

from services.points.imports import IMPORTS, KINDS
from services.points.result_imports import apply, undo
from services.points.result_imports.holding import measured
from shared.database import Database
from shared.imports.runner import ImportRunner
from tests.points.result_imports.desk import RESULTS, Desk, points


@pytest.mark.parametrize(("guarded", "left"), [(True, 10), (False, 0)], ids=["guarded", "not"])
def test_an_import_and_an_undoing_at_once_take_turns(
    desk: Desk,
    city: Database,
    somebody: tuple[UUID, str],
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
    left: int,
) -> None:
    row = (somebody[1], "张三", "2026-09-01", "大赛", "quiz", None)
    first = desk.send("results", [RESULTS, row])
    asked = desk.undo(first["id"])
    # The other import is queued and not worked off yet, as `send` would have it.
    monkeypatch.setattr(desk, "finished", lambda answer: answer.json)
    second = desk.send("results", [RESULTS, row])
    monkeypatch.undo()

    # Both have read what is there before either posts, unless something makes them take turns.
    both = Barrier(2)

    def meet(late: float) -> Callable[..., Any]:
        def posting(*arguments: Any) -> dict[str, float]:
            with suppress(BrokenBarrierError):
                both.wait(1)
                sleep(late)
            return measured(*arguments)

        return posting

    monkeypatch.setattr(apply, "measured", meet(0))
    monkeypatch.setattr(undo, "measured", meet(0.3))
    kinds = KINDS if guarded else [replace(kind, lock=None) for kind in KINDS]
    with ThreadPoolExecutor(2) as pool:
        runners = [ImportRunner(city, kinds, IMPORTS) for _ in range(2)]
        assert all(pool.map(lambda runner: runner.run_once(), runners))
    monkeypatch.undo()
    states = [
        desk.finished(asked)["state"],
        desk.call("GET", f"/imports/{second['id']}").json["state"],
    ]
    assert states == ["undone", "done"]
    assert points(city) == left
