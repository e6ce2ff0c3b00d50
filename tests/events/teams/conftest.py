"""A sports day of branch b1 with teams of three, and people who want to play."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.events.catalogue.people import People, Person
from tests.events.city import City

HERE = "/city/u1/b1/"
Json = dict[str, Any]


class Games:
    def __init__(self, people: People, city: City) -> None:
        self.people = people
        self.city = city
        self.secretary = people.secretary()
        self.event = str(people.published(self.secretary, category="sports")["id"])
        self.path = f"/events/{self.event}/teams"
        self.serial = 0
        assert self.allow(self.event, 3).status_code == 200

    def allow(self, event: str, largest: int, version: int = 0) -> TestResponse:
        path, body = f"/events/{event}/teams", {"largest": largest}
        return self.secretary.send("PUT", path, body, **{"If-Match": f'"{version}"'})

    def member(self, path: str = HERE) -> Person:
        self.serial += 1
        return self.people.person(path=path, member_id=self.city.join(f"T{self.serial}", path))

    def team(self, captain: Person, name: str = "飞虎队") -> Json:
        answer = captain.post(self.path, {"name": name})
        assert answer.status_code == 201, answer.text
        made: Json = answer.json
        return made

    def invite(self, by: Person, team: Json, whom: Person) -> TestResponse:
        return by.post(f"{self.path}/{team['id']}/members", {"member_id": str(whom.id)})

    def accept(self, who: Person, team: Json) -> TestResponse:
        return who.post(f"{self.path}/{team['id']}/accept")

    def drop(self, by: Person, team: Json, whom: Person) -> TestResponse:
        return by.send("DELETE", f"{self.path}/{team['id']}/members/{whom.id}")

    def join(self, team: Json, captain: Person) -> Person:
        """Let somebody be invited and come."""
        person = self.member()
        assert self.invite(captain, team, person).status_code == 200
        assert self.accept(person, team).status_code == 200
        return person

    def seen_by(self, who: Person) -> dict[str, dict[str, str]]:
        """Return team → member → state, as somebody sees it."""
        answer = who.get(self.path)
        assert answer.status_code == 200, answer.text
        return {
            team["name"]: {m["member_id"]: m["state"] for m in team["members"]}
            for team in answer.json["items"]
        }


@pytest.fixture
def games(people: People, city: City) -> Games:
    return Games(people, city)
