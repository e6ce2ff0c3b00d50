"""Sign-ins, turns, ends and locks in any order: a model that knows nothing of tables says how each ends."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ids import new_id
from tests.gateway.accounts.conftest import Office
from tests.gateway.conftest import PASSWORD

# What happens, and to which of the sessions begun so far.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("sign in", "turn", "sign out", "end", "end all", "lock", "unlock")),
        st.integers(0, 3),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Device:
    refresh_token: str
    name: str
    alive: bool = True


class World:
    """One account, and what the model expects of it."""

    def __init__(self, office: Office, username: str) -> None:
        self.office, self.username = office, username
        self.client: FlaskClient = office.app.test_client()
        self.devices: list[Device] = []
        self.locked = False

    def post(self, path: str, **body: Any) -> tuple[int, Any]:
        answer = self.client.post(f"/api/v1/auth/{path}", json=body)
        return answer.status_code, answer.json if answer.data else {}

    def act(self, what: str, method: str = "POST") -> int:
        return int(self.office.act("security", self.username, what, method)[0])

    def shown(self) -> list[Any]:
        path = f"/accounts/{self.office.ids[self.username]}"
        found: list[Any] = self.office.call("security", "GET", path).json["sessions"]
        return found

    def step(self, what: str, at: int) -> None:
        device = self.devices[at % len(self.devices)] if self.devices else None
        if what == "sign in":
            before = {each["id"] for each in self.shown()}
            status, tokens = self.post("password", username=self.username, password=PASSWORD)
            assert status == (403 if self.locked else 200)
            if not self.locked:
                (new,) = {each["id"] for each in self.shown()} - before
                self.devices.append(Device(tokens["refresh_token"], new))
        elif what == "turn" and device:
            status, tokens = self.post("refresh", refresh_token=device.refresh_token)
            expected = 200 if device.alive else 401
            assert status == (403 if self.locked else expected)
            if status == 200:
                device.refresh_token = tokens["refresh_token"]
        elif what == "sign out" and device:
            assert self.post("logout", refresh_token=device.refresh_token)[0] == 204
            device.alive = False
        elif what == "end" and device:
            status = self.act(f"sessions/{device.name}", "DELETE")
            assert status == (204 if device.alive else 404)
            device.alive = False
        elif what == "end all":
            assert self.act("sessions", "DELETE") == 204
            self.all_over()
        elif what == "lock":
            assert self.act("lock") == 200
            self.locked = True
            self.all_over()
        elif what == "unlock":
            assert self.act("unlock") == 200
            self.locked = False
        assert {each["id"] for each in self.shown()} == {d.name for d in self.devices if d.alive}

    def all_over(self) -> None:
        for device in self.devices:
            device.alive = False


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_each_step_ends_as_the_model_says(office: Office, steps: list[tuple[str, int]]) -> None:
    username = f"m{new_id().hex[-10:]}"
    office.join(username)
    world = World(office, username)
    for what, at in [("sign in", 0), *steps]:
        world.step(what, at)
