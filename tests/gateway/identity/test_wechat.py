import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.demo.wechat import CODE_LIFETIME, USER_QUOTA, Platform
from services.gateway.identity import openids
from services.gateway.identity.fields import FieldKey
from services.gateway.identity.wechat import WeChat
from shared.clock import FixedClock
from shared.database import Database
from shared.errors import Forbidden, Invalid, TooMany, Unavailable
from tests.gateway.conftest import FIELD_KEY, OPENID_KEY, PASSWORD, PATH, TOTP_SECRET, People


@pytest.fixture
def openid() -> str:
    return f"o{secrets.token_urlsafe(20)}"


@pytest.fixture
def wechat(wechat_url: str) -> WeChat:
    return WeChat(wechat_url, "wx-test", "app-secret")


def by_wechat(client: FlaskClient, code: str) -> TestResponse:
    return client.post("/api/v1/auth/wechat", json={"code": code})


def invite(client: FlaskClient, token: str, member_id: Any) -> str:
    answer = client.post(
        "/api/v1/invitations",
        json={"member_ids": [str(member_id)]},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json["items"][0]["code"])


def bind(client: FlaskClient, invitation: str, ticket: str) -> TestResponse:
    return client.post(
        "/api/v1/auth/bind", json={"invitation": invitation, "wechat_ticket": ticket}
    )


def sealed_openids(database: Database) -> list[tuple[UUID, bytes]]:
    with database.engine.connect() as connection:
        query = text("SELECT account_id, openid_sealed FROM wechat_identities")
        return [tuple(row) for row in connection.execute(query)]


def run(database: Database, statement: str) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(text(statement))
        uow.commit()


class TestClient:
    """The client against the stand-in, which follows WeChat's documentation."""

    def test_a_code_gives_the_openid_once(
        self, wechat: WeChat, platform: Platform, openid: str
    ) -> None:
        code = platform.issue(openid)
        assert wechat.open_id(code) == openid
        with pytest.raises(Invalid, match="wechat_code_invalid"):
            wechat.open_id(code)

    def test_a_code_dies_after_five_minutes(
        self, wechat: WeChat, platform: Platform, openid: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A whole number: five minutes later is then five minutes later to the last bit.
        start = 1_000.0
        monkeypatch.setattr(platform, "now", lambda: start)
        code = platform.issue(openid)
        monkeypatch.setattr(platform, "now", lambda: start + CODE_LIFETIME)
        with pytest.raises(Invalid, match="wechat_code_invalid"):
            wechat.open_id(code)

    def test_a_blocked_user_is_told_so(
        self, wechat: WeChat, platform: Platform, openid: str
    ) -> None:
        platform.blocked.add(openid)
        with pytest.raises(Forbidden, match="wechat_blocked"):
            wechat.open_id(platform.issue(openid))

    def test_more_than_a_hundred_a_minute_must_wait(
        self, wechat: WeChat, platform: Platform, openid: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start = platform.now()
        monkeypatch.setattr(platform, "now", lambda: start)
        for _ in range(USER_QUOTA):
            wechat.open_id(platform.issue(openid))
        with pytest.raises(TooMany, match="wechat_too_often"):
            wechat.open_id(platform.issue(openid))
        monkeypatch.setattr(platform, "now", lambda: start + 60)
        assert wechat.open_id(platform.issue(openid)) == openid

    def test_a_busy_wechat_leaves_the_code_good(
        self, wechat: WeChat, platform: Platform, openid: str
    ) -> None:
        code = platform.issue(openid)
        platform.failing = 1
        with pytest.raises(Unavailable, match="wechat_away"):
            wechat.open_id(code)
        assert wechat.open_id(code) == openid

    @pytest.mark.parametrize(
        ("app_id", "secret"), [("wx-other", "app-secret"), ("wx-test", "wrong")]
    )
    def test_wrong_settings_are_the_operators_matter(
        self,
        wechat_url: str,
        platform: Platform,
        openid: str,
        app_id: str,
        secret: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with pytest.raises(Unavailable, match="wechat_away"):
            WeChat(wechat_url, app_id, secret).open_id(platform.issue(openid))
        assert "check WECHAT_APP_" in caplog.text

    def test_the_secret_is_never_logged(
        self, caplog: pytest.LogCaptureFixture, wechat_url: str, platform: Platform, openid: str
    ) -> None:
        caplog.set_level("DEBUG")
        WeChat(wechat_url, "wx-test", "app-secret").open_id(platform.issue(openid))
        with pytest.raises(Unavailable):
            WeChat("http://127.0.0.1:9", "wx-test", "app-secret").open_id("x")
        # The stand-in, WeChat's side of the wire, runs in this process and logs what it is asked.
        ours = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]
        assert ours
        assert not [message for message in ours if "app-secret" in message]

    @pytest.mark.parametrize(
        ("left_out", "errcode"),
        [("appid", 41002), ("secret", 41004), ("js_code", 41008), ("grant_type", 40002)],
    )
    def test_the_stand_in_asks_for_every_parameter(
        self, wechat_url: str, left_out: str, errcode: int
    ) -> None:
        given = {"appid": "wx-test", "secret": "app-secret", "js_code": "x",
                 "grant_type": "authorization_code"}  # fmt: skip
        del given[left_out]
        answer = httpx.get(f"{wechat_url}/sns/jscode2session", params=given)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.json()["errcode"] == errcode

    def test_the_stand_in_has_doors_for_what_a_phone_and_wechat_would_do(
        self, wechat: WeChat, wechat_url: str, openid: str
    ) -> None:
        def door(name: str, **body: object) -> httpx.Response:
            return httpx.post(f"{wechat_url}/stand-in/{name}", json=body)

        def code() -> str:
            return str(door("codes", openid=openid).json()["code"])

        assert wechat.open_id(code()) == openid
        assert door("failing", times=1).status_code == 204
        with pytest.raises(Unavailable):
            wechat.open_id(code())
        assert door("blocked", openid=openid).status_code == 204
        with pytest.raises(Forbidden):
            wechat.open_id(code())


class TestSignIn:
    @pytest.fixture
    def secretary(self, people: People, token_for: Any) -> str:
        return str(token_for(people.member(), PATH, [("branch_secretary", PATH)]))

    def test_an_unknown_user_binds_with_an_invitation_and_is_known_from_then_on(
        self, client: FlaskClient, people: People, platform: Platform, openid: str, secretary: str
    ) -> None:
        member = people.member()
        first = by_wechat(client, platform.issue(openid))
        assert first.status_code == 409
        assert first.json["code"] == "wechat_not_bound"
        assert first.json["expires_in"] == 600
        bound = bind(client, invite(client, secretary, member), first.json["wechat_ticket"])
        assert bound.status_code == 200
        again = by_wechat(client, platform.issue(openid))
        me = client.get(
            "/api/v1/me", headers={"Authorization": f"Bearer {again.json['access_token']}"}
        )
        assert me.json["member_id"] == str(member)

    def test_an_administrator_by_wechat_is_a_member_and_no_more(
        self, client: FlaskClient, people: People, platform: Platform, openid: str, secretary: str
    ) -> None:
        admin = people.member(roles=[("city_admin", "/city/")])
        people.account(admin, "city.admin", TOTP_SECRET)
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        tokens = bind(client, invite(client, secretary, admin), ticket).json
        me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert me.json["roles"] == [{"role": "member", "path": PATH}]

    def test_a_ticket_is_good_for_ten_minutes(
        self,
        client: FlaskClient,
        people: People,
        platform: Platform,
        openid: str,
        secretary: str,
        clock: FixedClock,
    ) -> None:
        code = invite(client, secretary, people.member())
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        clock.advance(600)
        assert bind(client, code, ticket).json["code"] == "wechat_ticket_invalid"
        assert bind(client, code, "made up").json["code"] == "wechat_ticket_invalid"
        fresh = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        assert bind(client, code, fresh).status_code == 200

    def test_one_wechat_user_is_one_member(
        self, client: FlaskClient, people: People, platform: Platform, openid: str, secretary: str
    ) -> None:
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        bind(client, invite(client, secretary, people.member()), ticket)
        other = invite(client, secretary, people.member())
        assert bind(client, other, ticket).json["code"] == "wechat_bound_elsewhere"
        # The refusal used nothing up.
        free = by_wechat(client, platform.issue(openid + "2")).json["wechat_ticket"]
        assert bind(client, other, free).status_code == 200

    def test_a_new_wechat_user_of_a_member_replaces_the_old_and_ends_its_sessions(
        self, client: FlaskClient, people: People, platform: Platform, openid: str, secretary: str
    ) -> None:
        member = people.member()
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        old = bind(client, invite(client, secretary, member), ticket).json
        ticket = by_wechat(client, platform.issue(openid + "2")).json["wechat_ticket"]
        assert bind(client, invite(client, secretary, member), ticket).status_code == 200
        assert by_wechat(client, platform.issue(openid)).json["code"] == "wechat_not_bound"
        refreshed = client.post(
            "/api/v1/auth/refresh", json={"refresh_token": old["refresh_token"]}
        )
        assert refreshed.json["code"] == "refresh_invalid"

    def test_guessing_invitations_is_limited_for_a_wechat_user(
        self, client: FlaskClient, platform: Platform, openid: str
    ) -> None:
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        codes = [bind(client, f"GUESS-{n}", ticket).json["code"] for n in range(11)]
        assert codes == ["invitation_invalid"] * 10 + ["too_many_attempts"]

    def test_the_openid_is_kept_sealed_for_sending_and_nowhere_else(
        self,
        client: FlaskClient,
        database: Database,
        people: People,
        platform: Platform,
        openid: str,
        secretary: str,
    ) -> None:
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        assert openid not in ticket
        bind(client, invite(client, secretary, people.member()), ticket)
        ((account, sealed),) = sealed_openids(database)
        assert openids.unseal(FieldKey(OPENID_KEY), account, sealed) == openid
        with pytest.raises(ValueError, match="not sealed here"):
            openids.unseal(FieldKey(FIELD_KEY), account, sealed)
        with database.engine.connect() as connection:
            index = connection.scalar(text("SELECT openid_index FROM wechat_identities"))
        for kept in (index, sealed):
            assert openid.encode() not in bytes(kept)

    @pytest.mark.parametrize("before", ["NULL", "'\\x00'", "openid_sealed || '\\x00'"])
    def test_a_binding_without_an_openid_that_opens_gets_one_at_the_next_sign_in(
        self,
        before: str,
        client: FlaskClient,
        database: Database,
        people: People,
        platform: Platform,
        openid: str,
        secretary: str,
    ) -> None:
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        bind(client, invite(client, secretary, people.member()), ticket)
        run(database, f"UPDATE wechat_identities SET openid_sealed = {before}")
        assert by_wechat(client, platform.issue(openid)).status_code == 200
        ((account, sealed),) = sealed_openids(database)
        assert openids.unseal(FieldKey(OPENID_KEY), account, sealed) == openid

    def test_another_wechat_user_of_the_member_takes_over_nothing_of_the_old_one(
        self,
        client: FlaskClient,
        database: Database,
        people: People,
        platform: Platform,
        openid: str,
        secretary: str,
    ) -> None:
        member = people.member()
        for user in (openid, openid + "2"):
            ticket = by_wechat(client, platform.issue(user)).json["wechat_ticket"]
            bind(client, invite(client, secretary, member), ticket)
            ((account, sealed),) = sealed_openids(database)
            assert openids.unseal(FieldKey(OPENID_KEY), account, sealed) == user
            allowed = "SELECT count(*) FROM notice_consents"
            with database.engine.connect() as connection:
                assert connection.scalar(text(allowed)) == 0
            run(
                database,
                "INSERT INTO notice_consents SELECT account_id, 'decision', 3 FROM wechat_identities",
            )

    def test_who_left_is_signed_out_and_the_openid_forgotten(
        self,
        client: FlaskClient,
        database: Database,
        people: People,
        platform: Platform,
        openid: str,
        secretary: str,
    ) -> None:
        member = people.member()
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        bind(client, invite(client, secretary, member), ticket)
        people.member(member, status="left")
        ((_, sealed),) = sealed_openids(database)
        assert sealed is None

    def test_wechat_being_away_is_a_503_that_says_what_to_do(
        self, settings: Any, redis_client: Any, clock: FixedClock
    ) -> None:
        from services.gateway.app import create_app

        app: APIFlask = create_app(replace(settings, wechat_api_url="http://127.0.0.1:9"), clock)
        answer = by_wechat(app.test_client(), "x")
        assert (answer.status_code, answer.json["code"]) == (503, "wechat_away")
        app.extensions["suite"].database.close()
        app.extensions["suite"].redis.close()


class TestUnbinding:
    @pytest.fixture
    def secretary(self, people: People, token_for: Any) -> str:
        return str(token_for(people.member(), PATH, [("branch_secretary", PATH)]))

    def test_it_is_done_without_a_password_as_well_and_an_invitation_leads_back(
        self,
        client: FlaskClient,
        database: Database,
        people: People,
        platform: Platform,
        openid: str,
        secretary: str,
    ) -> None:
        member = people.member()
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        tokens = bind(client, invite(client, secretary, member), ticket).json
        run(
            database,
            "INSERT INTO notice_consents SELECT account_id, 'decision', 3 FROM wechat_identities",
        )
        own = {"Authorization": f"Bearer {tokens['access_token']}", "Accept-Language": "en"}
        assert client.get("/api/v1/me/sign-in", headers=own).json["wechat_bound_at"] is not None
        answer = client.delete("/api/v1/me/wechat", headers=own)
        assert answer.status_code == 200
        assert (answer.json["username"], answer.json["wechat_bound_at"]) == (None, None)
        assert "invitation" in answer.json["advice"]
        assert sealed_openids(database) == []
        with database.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM notice_consents")) == 0
        refreshed = client.post(
            "/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
        )
        assert refreshed.json["code"] == "refresh_invalid"
        again = by_wechat(client, platform.issue(openid))
        assert again.json["code"] == "wechat_not_bound"
        back = bind(client, invite(client, secretary, member), again.json["wechat_ticket"])
        assert back.status_code == 200

    def test_with_a_password_that_is_the_way_in_and_a_second_time_ends_nothing(
        self, client: FlaskClient, people: People, platform: Platform, openid: str, secretary: str
    ) -> None:
        member = people.member()
        people.account(member, "zhang.san")
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        tokens = bind(client, invite(client, secretary, member), ticket).json
        own = {"Authorization": f"Bearer {tokens['access_token']}", "Accept-Language": "en"}
        answer = client.delete("/api/v1/me/wechat", headers=own)
        assert answer.json["username"] == "zhang.san"
        assert "password" in answer.json["advice"]
        signed_in = client.post(
            "/api/v1/auth/password", json={"username": "zhang.san", "password": PASSWORD}
        ).json
        own = {"Authorization": f"Bearer {signed_in['access_token']}"}
        assert client.delete("/api/v1/me/wechat", headers=own).status_code == 200
        refreshed = client.post(
            "/api/v1/auth/refresh", json={"refresh_token": signed_in["refresh_token"]}
        )
        assert refreshed.status_code == 200

    def test_nobody_elses_binding_is_touched(
        self,
        client: FlaskClient,
        database: Database,
        people: People,
        platform: Platform,
        openid: str,
        secretary: str,
        token_for: Any,
    ) -> None:
        ticket = by_wechat(client, platform.issue(openid)).json["wechat_ticket"]
        bind(client, invite(client, secretary, people.member()), ticket)
        other = {"Authorization": f"Bearer {token_for(people.member(), PATH)}"}
        assert client.delete("/api/v1/me/wechat", headers=other).status_code == 200
        assert len(sealed_openids(database)) == 1
