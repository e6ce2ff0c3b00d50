"""Two at once: nobody in two teams, no team too large; and the harness sees a missing guard."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from services.events.teams import policy, service
from tests.events.teams.conftest import Games


def meet(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let two callers of a policy both get there before either goes on, unless one is held."""
    both, function = Barrier(2), getattr(policy, name)

    def together(*arguments: Any, **named: Any) -> Any:
        with suppress(BrokenBarrierError):
            both.wait(1)
        return function(*arguments, **named)

    monkeypatch.setattr(policy, name, together)


def unguard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody change teams without waiting for each other."""
    monkeypatch.setattr(service, "_hold", lambda *_arguments: None)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_invited_by_two_teams_somebody_joins_one(
    games: Games, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    star, teams = games.member(), []
    for name in ("飞虎队", "猛虎队"):
        captain = games.member()
        teams.append(games.team(captain, name))
        games.invite(captain, teams[-1], star)
    if not guarded:
        unguard(monkeypatch)
    meet(monkeypatch, "may_join")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda team: games.accept(star, team), teams))
    statuses = Counter(answer.status_code for answer in answers)
    # Without the lock the table still says no, only less kindly.
    assert statuses == ({200: 1, 409: 1} if guarded else {200: 1, 500: 1})
    states = [team[str(star.id)] for team in games.seen_by(star).values()]
    assert sorted(states) == ["invited", "joined"]


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "unguarded"])
def test_two_invitations_at_once_take_one_place(
    games: Games, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    captain = games.member()
    team = games.team(captain)
    games.join(team, captain)
    people = [games.member(), games.member()]
    if not guarded:
        unguard(monkeypatch)
    meet(monkeypatch, "may_invite")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda person: games.invite(captain, team, person), people))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == ({200: 1, 409: 1} if guarded else {200: 2})
    assert len(games.seen_by(captain)["飞虎队"]) == (3 if guarded else 4)
