"""A member's notices over HTTP; each about the own ones only."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.gateway.identity.permissions import INBOX
from services.gateway.notices import consents, inbox, preferences
from services.gateway.notices.kinds import SWITCHABLE
from services.gateway.notices.schemas import (
    ConsentsIn,
    ConsentsOut,
    InboxOut,
    NoticeOut,
    PreferencesIn,
    PreferencesOut,
    UnreadOut,
)
from services.gateway.notices.templates import Templates
from shared.web import (
    CursorIn,
    after_moment,
    current_principal,
    current_suite,
    current_uow,
    page,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("notices", __name__, url_prefix="/api/v1/me")


@blueprint.get("/inbox")
@requires(INBOX)
@blueprint.input(CursorIn, location="query")
@blueprint.output(InboxOut)
def get_inbox(query_data: dict[str, Any]) -> dict[str, Any]:
    """List what one was told, newest first."""
    uow, member, limit = current_uow(), current_principal().member_id, query_data["limit"]
    rows = inbox.page(uow, member, after_moment(query_data["cursor"]), limit + 1)
    listed = page(rows, limit, lambda row: [row.created_at.isoformat(), row.id])
    items = [inbox.shown(row, language()) for row in rows[:limit]]
    return listed | {"items": items, "unread": inbox.unread(uow, member)}


@blueprint.post("/inbox/<uuid:notice_id>/read")
@requires(INBOX)
@transactional
@blueprint.output(NoticeOut)
def post_read(notice_id: UUID) -> dict[str, Any]:
    """Note that one has read something."""
    notice = inbox.mark_read(current_uow(), current_principal().member_id, notice_id)
    return inbox.shown(notice, language())


@blueprint.post("/inbox/read-all")
@requires(INBOX)
@transactional
@blueprint.output(UnreadOut)
def post_read_all() -> dict[str, int]:
    """Note that one has read everything."""
    inbox.mark_all_read(current_uow(), current_principal().member_id)
    return {"unread": 0}


@blueprint.get("/notice-consents")
@requires(INBOX)
@blueprint.output(ConsentsOut)
def get_consents() -> dict[str, Any]:
    """List what WeChat can bring, and how many messages one has allowed."""
    return _consents()


@blueprint.post("/notice-consents")
@requires(INBOX)
@transactional
@blueprint.input(ConsentsIn)
@blueprint.output(ConsentsOut, status_code=201)
def post_consents(json_data: dict[str, Any]) -> dict[str, Any]:
    """Allow WeChat to bring one more message of each kind accepted; send an Idempotency-Key."""
    accepted = set(json_data["accepted"])
    consents.add(current_uow(), _templates(), current_principal().member_id, accepted)
    return _consents()


@blueprint.get("/notice-preferences")
@requires(INBOX)
@blueprint.output(PreferencesOut)
def get_preferences() -> dict[str, Any]:
    """List the reminders one can do without. Decisions and changes are told in any case."""
    return _preferences()


@blueprint.put("/notice-preferences")
@requires(INBOX)
@transactional
@blueprint.input(PreferencesIn)
@blueprint.output(PreferencesOut)
def put_preferences(json_data: dict[str, Any]) -> dict[str, Any]:
    """Switch kinds of reminders off, and all others on."""
    preferences.switch_off(current_uow(), current_principal().member_id, set(json_data["off"]))
    return _preferences()


def _templates() -> Templates:
    found: Templates = current_suite().settings.wechat_templates
    return found


def _consents() -> dict[str, Any]:
    left = consents.left(current_uow(), current_principal().member_id)
    return {
        "items": [
            {"template": name, "template_id": template.id, "left": left.get(name, 0)}
            for name, template in _templates().items()
        ]
    }


def _preferences() -> dict[str, Any]:
    off = preferences.switched_off(current_uow(), current_principal().member_id)
    return {
        "items": [
            {"kind": kind, "name": name.in_language(language()), "on": kind not in off}
            for kind, name in SWITCHABLE.items()
        ]
    }
