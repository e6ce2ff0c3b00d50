"""Teams: made by captains or the organiser, joined by invitation."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from services.events.teams.refusals import REFUSALS
from shared.database import Database
from shared.ids import new_id
from tests.events.catalogue.people import refused
from tests.events.notices import kinds, told
from tests.events.teams.conftest import Games


def test_a_captain_makes_a_team_and_members_join_by_invitation(games: Games) -> None:
    captain, member, onlooker = (games.member() for _ in range(3))
    team = games.team(captain)
    assert (team["captain_id"], team["members"][0]["state"]) == (str(captain.id), "joined")
    invited = games.invite(captain, team, member)
    assert [m["name"] for m in invited.json["members"]] == ["党员T1", "党员T2"]
    both = {str(captain.id): "joined", str(member.id): "invited"}
    for who in (captain, member, games.secretary):
        assert games.seen_by(who) == {"飞虎队": both}
    # Whom a captain would like to have is nobody else's business.
    assert games.seen_by(onlooker) == {"飞虎队": {str(captain.id): "joined"}}
    joined = games.accept(member, team)
    assert joined.headers["ETag"] == f'"{joined.json["version"]}"' == '"3"'
    assert games.seen_by(onlooker) == {"飞虎队": both | {str(member.id): "joined"}}
    # Once more changes nothing.
    assert games.accept(member, team).json["version"] == 3
    assert games.invite(captain, team, member).json["version"] == 3


def test_a_member_is_invited_by_number_and_name_together(games: Games) -> None:
    captain, member = games.member(), games.member()
    team = games.team(captain)
    path = f"{games.path}/{team['id']}/members"
    refused(captain.post(path, {"member_no": "T2", "name": "猜的"}), 422, "member_unknown")
    assert captain.post(path, {"member_no": "T2", "name": "党员T2"}).status_code == 200
    assert games.accept(member, team).status_code == 200


def test_the_organiser_names_captains_and_puts_members_in(games: Games) -> None:
    captain, member = games.member(), games.member("/city/u2/b3/")
    body = {"name": "联队", "captain": {"member_id": str(captain.id)}}
    team = games.secretary.post(games.path, body).json
    assert team["captain_id"] == str(captain.id)
    entered = games.invite(games.secretary, team, member)
    assert {m["state"] for m in entered.json["members"]} == {"joined"}
    # Whoever is in a team can come.
    assert games.seen_by(member).keys() == {"联队"}


def test_an_invitation_is_declined_or_taken_back(games: Games) -> None:
    captain, one, other = (games.member() for _ in range(3))
    team = games.team(captain)
    for person in (one, other):
        games.invite(captain, team, person)
    assert games.drop(one, team, one).status_code == 200
    assert games.drop(captain, team, other).status_code == 200
    assert games.seen_by(captain) == {"飞虎队": {str(captain.id): "joined"}}
    refused(games.accept(one, team), 404, "invitation_none")


def test_a_team_gets_another_captain_and_another_name(games: Games) -> None:
    captain = games.member()
    team = games.team(captain)
    member = games.join(team, captain)
    path = f"{games.path}/{team['id']}"
    change = {"name": "猛虎队", "captain_id": str(member.id)}
    refused(captain.send("PATCH", path, change), 428, "if_match_needed")
    changed = captain.send("PATCH", path, change, **{"If-Match": '"3"'})
    assert (changed.json["name"], changed.json["captain_id"]) == ("猛虎队", str(member.id))
    refused(captain.send("PATCH", path, change, **{"If-Match": '"4"'}), 403, "not_your_team")
    refused(member.send("PATCH", path, change, **{"If-Match": '"3"'}), 412, "edited_meanwhile")
    assert games.drop(captain, team, captain).status_code == 200


def test_a_team_is_disbanded_by_its_captain(games: Games) -> None:
    captain = games.member()
    team = games.team(captain)
    member = games.join(team, captain)
    path = f"{games.path}/{team['id']}"
    refused(member.send("DELETE", path), 403, "not_your_team")
    assert captain.send("DELETE", path).status_code == 204
    assert games.seen_by(captain) == {}
    # All are free again, and so is the name.
    assert games.team(member)["name"] == "飞虎队"


def test_teams_are_listed_page_by_page_with_how_large_they_may_be(games: Games) -> None:
    for n in range(3):
        games.team(games.member(), f"第{n}队")
    first = games.secretary.get(f"{games.path}?limit=2")
    assert (first.json["largest"], first.headers["ETag"]) == (3, '"1"')
    rest = games.secretary.get(f"{games.path}?limit=2&cursor={first.json['next_cursor']}").json
    names = [team["name"] for team in (*first.json["items"], *rest["items"])]
    assert names == ["第0队", "第1队", "第2队"]
    other = games.people.published(games.secretary, category="culture")["id"]
    none = games.secretary.get(f"/events/{other}/teams")
    assert (none.json["largest"], none.headers["ETag"]) == (None, '"0"')


def test_a_smaller_size_breaks_up_no_team(games: Games) -> None:
    captain = games.member()
    team = games.team(captain)
    games.join(team, captain)
    refused(games.allow(games.event, 2, 0), 412, "edited_meanwhile")
    assert games.allow(games.event, 2, 1).json == {"largest": 2}
    refused(games.invite(captain, team, games.member()), 409, "team_full")
    assert len(games.seen_by(captain)["飞虎队"]) == 2


def not_asked(g: Games) -> TestResponse:
    other = g.people.published(g.secretary, category="culture")["id"]
    return g.member().post(f"/events/{other}/teams", {"name": "队"})


def not_for_category(g: Games) -> TestResponse:
    return g.allow(str(g.people.published(g.secretary)["id"]), 5)


def not_eligible(g: Games) -> TestResponse:
    above = g.people.person(("unit_admin", "/city/u1/"), path="/city/u2/b3/")
    return above.post(g.path, {"name": "队"})


def not_yours(g: Games) -> TestResponse:
    return g.invite(g.member(), g.team(g.member()), g.member())


def unknown(g: Games) -> TestResponse:
    return g.member().post(f"{g.path}/{new_id()}/accept")


def name_taken(g: Games) -> TestResponse:
    g.team(g.member())
    return g.member().post(g.path, {"name": " 飞虎队 "})


def full(g: Games) -> TestResponse:
    captain = g.member()
    team = g.team(captain)
    for _ in range(2):
        g.invite(captain, team, g.member())
    return g.invite(captain, team, g.member())


def in_a_team(g: Games) -> TestResponse:
    captain, other = g.member(), g.member()
    team = g.team(captain)
    g.team(other, "另一队")
    g.invite(captain, team, other)
    return g.accept(other, team)


def not_in_team(g: Games) -> TestResponse:
    captain = g.member()
    return g.drop(captain, g.team(captain), g.member())


def no_invitation(g: Games) -> TestResponse:
    return g.accept(g.member(), g.team(g.member()))


def captain_stays(g: Games) -> TestResponse:
    captain = g.member()
    return g.drop(g.secretary, g.team(captain), captain)


def captain_from_outside(g: Games) -> TestResponse:
    captain, invited = g.member(), g.member()
    team = g.team(captain)
    g.invite(captain, team, invited)
    body = {"captain_id": str(invited.id)}
    return captain.send("PATCH", f"{g.path}/{team['id']}", body, **{"If-Match": '"2"'})


SITUATIONS: dict[str, Callable[[Games], TestResponse]] = {
    "teams_not_asked": not_asked,
    "teams_not_for_category": not_for_category,
    "not_eligible": not_eligible,
    "not_your_team": not_yours,
    "team_unknown": unknown,
    "team_name_taken": name_taken,
    "team_full": full,
    "in_a_team": in_a_team,
    "not_in_team": not_in_team,
    "invitation_none": no_invitation,
    "captain_stays": captain_stays,
    "captain_not_in_team": captain_from_outside,
}


def test_every_refusal_has_a_situation_and_a_sentence_in_both_languages() -> None:
    assert SITUATIONS.keys() == REFUSALS.keys()
    for refusal in REFUSALS.values():
        assert refusal.text.zh
        assert refusal.text.en.isascii()


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_says_why(games: Games, code: str) -> None:
    answer = SITUATIONS[code](games)
    refused(answer, REFUSALS[code].status, code)
    assert answer.json["detail"] == REFUSALS[code].text.en


@pytest.mark.parametrize("where", ["a new team", "the organiser's entry", "a rename"])
def test_nobody_gets_into_two_teams_nor_two_teams_to_one_name(games: Games, where: str) -> None:
    captain, other = games.member(), games.member()
    team, rival = games.team(captain), games.team(other, "另一队")
    if where == "a new team":
        refused(captain.post(games.path, {"name": "第三队"}), 409, "in_a_team")
    elif where == "the organiser's entry":
        refused(games.invite(games.secretary, rival, captain), 409, "in_a_team")
    else:
        path, match = f"{games.path}/{team['id']}", {"If-Match": '"1"'}
        refused(captain.send("PATCH", path, {"name": "另一队"}, **match), 409, "team_name_taken")


def test_an_event_that_is_over_leaves_its_teams_as_they_are(games: Games) -> None:
    captain, late = games.member(), games.member()
    team = games.team(captain)
    games.invite(captain, team, late)
    before = games.seen_by(captain)
    games.secretary.post(f"/events/{games.event}/close")
    path = f"{games.path}/{team['id']}"
    for answer in (
        late.post(games.path, {"name": "迟到队"}),
        games.accept(late, team),
        games.drop(late, team, late),
        games.drop(captain, team, late),
        games.invite(captain, team, games.member()),
        captain.send("PATCH", path, {"name": "x"}, **{"If-Match": '"2"'}),
        captain.send("DELETE", path),
        games.allow(games.event, 9, 1),
    ):
        refused(answer, 409, "event_not_editable")
    assert games.seen_by(captain) == before


def test_bad_input_makes_no_team(games: Games) -> None:
    captain = games.member()
    for name in ("", "  ", "a\nb", "队" * 61):
        refused(captain.post(games.path, {"name": name}), 422, "fields_invalid")
    for largest in (1, 201, "3", 2.5):
        refused(games.allow(games.event, largest, 1), 422, "fields_invalid")  # type: ignore[arg-type]
    body = {"name": "队", "captain": {"member_id": str(new_id())}}
    refused(games.secretary.post(games.path, body), 422, "member_unknown")
    refused(captain.post(games.path, body), 403, "not_your_event")
    refused(captain.post(f"/events/{new_id()}/teams", {"name": "队"}), 404, "event_unknown")
    stranger = games.member("/city/u2/b3/")
    refused(stranger.get(games.path), 404, "event_unknown")
    assert games.seen_by(captain) == {}


def test_who_is_invited_is_told_and_who_is_put_in_by_the_organiser_is_not(
    games: Games, database: Database
) -> None:
    captain, invited, entered = (games.member() for _ in range(3))
    team = games.team(captain)
    for _ in range(2):
        games.invite(captain, team, invited)
    games.invite(games.secretary, team, entered)
    (news,) = told(database, invited.id)
    assert (news["kind"], news["subject_id"]) == ("team.invited", games.event)
    assert "“飞虎队”" in news["zh"]
    assert kinds(database, entered.id) == kinds(database, captain.id) == []
