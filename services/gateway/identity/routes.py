"""The addresses of identity.

The sign-in views commit by themselves instead of being `transactional`: that one honours
Idempotency-Key by storing the answer and a hash of the request, and neither a token nor anything
made from a password is ever stored. Each may be sent again without harm.
"""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from services.gateway.identity import invitations, me, second_factor, sessions, sign_in, ways
from services.gateway.identity.permissions import INVITE, SELF
from services.gateway.identity.schemas import (
    BindIn,
    EnrolConfirmIn,
    EnrolIn,
    InvitationIn,
    InvitationsIn,
    InvitationsOut,
    MeOut,
    OfferOut,
    PasswordIn,
    RefreshIn,
    TokensOut,
    UnboundOut,
    WaysOut,
    WechatIn,
)
from services.gateway.identity.tools import current_tools
from shared.auth import PUBLIC
from shared.web import (
    current_principal,
    current_redis,
    current_uow,
    requires,
    transactional,
    transactional_secretly,
)
from shared.web.problems import language

blueprint = APIBlueprint("identity", __name__, url_prefix="/api/v1")


@blueprint.post("/auth/password")
@requires(PUBLIC)
@blueprint.input(PasswordIn)
@blueprint.output(TokensOut)
def post_password(json_data: dict[str, Any]) -> sessions.Tokens:
    """Sign in with username and password; administrators add the code of their authenticator."""
    return _committed(
        sign_in.by_password(
            current_uow(),
            current_redis(),
            current_tools(),
            sign_in.Credentials(**json_data),
            g.request_id,
        )
    )


@blueprint.post("/auth/wechat")
@requires(PUBLIC)
@blueprint.input(WechatIn)
@blueprint.output(TokensOut)
def post_wechat(json_data: dict[str, Any]) -> sessions.Tokens:
    """Sign in with the code of `wx.login`; 409 `wechat_not_bound` brings a ticket for binding."""
    return _committed(sign_in.by_wechat(current_uow(), current_tools(), json_data["code"]))


@blueprint.post("/auth/bind")
@requires(PUBLIC)
@blueprint.input(BindIn)
@blueprint.output(TokensOut)
def post_bind(json_data: dict[str, Any]) -> sessions.Tokens:
    """Bind a WeChat user to the member whom an invitation names, and sign in."""
    return _committed(
        invitations.bind(current_uow(), current_redis(), current_tools(), **json_data)
    )


@blueprint.post("/auth/invitation")
@requires(PUBLIC)
@blueprint.input(InvitationIn)
@blueprint.output(TokensOut)
def post_invitation(json_data: dict[str, Any]) -> sessions.Tokens:
    """Choose username and password by invitation, without WeChat, and sign in."""
    return _committed(invitations.accept(current_uow(), current_tools(), **json_data))


@blueprint.post("/auth/second-factor")
@requires(PUBLIC)
@blueprint.input(EnrolIn)
@blueprint.output(OfferOut)
def post_second_factor(json_data: dict[str, str]) -> second_factor.Offer:
    """Begin to set up an authenticator: password and enrolment code bring its secret.

    Asked again within its time the same secret comes.
    """
    offer = second_factor.begin(
        current_uow(), current_redis(), current_tools(), second_factor.Enrolment(**json_data)
    )
    current_uow().commit()
    return offer


@blueprint.post("/auth/second-factor/confirm")
@requires(PUBLIC)
@blueprint.input(EnrolConfirmIn)
@blueprint.output(TokensOut)
def post_second_factor_confirm(json_data: dict[str, str]) -> sessions.Tokens:
    """Send a code of the authenticator: it is set up, the enrolment code is used up, one is in."""
    totp = json_data.pop("totp")
    return _committed(
        second_factor.finish(
            current_uow(),
            current_redis(),
            current_tools(),
            second_factor.Enrolment(**json_data),
            totp,
            g.request_id,
        )
    )


@blueprint.post("/auth/refresh")
@requires(PUBLIC)
@blueprint.input(RefreshIn)
@blueprint.output(TokensOut)
def post_refresh(json_data: dict[str, Any]) -> sessions.Tokens:
    """Exchange a refresh token; the old one is spent, and using it again ends the session."""
    return _committed(sessions.refresh(current_uow(), current_tools(), json_data["refresh_token"]))


@blueprint.post("/auth/logout")
@requires(PUBLIC)
@blueprint.input(RefreshIn)
@blueprint.output({}, status_code=204)
def post_logout(json_data: dict[str, Any]) -> str:
    """End the session of a refresh token; the token itself is the proof."""
    sessions.end(current_uow(), current_tools(), json_data["refresh_token"])
    current_uow().commit()
    return ""


@blueprint.get("/me")
@requires(SELF)
@blueprint.output(MeOut)
def get_me() -> dict[str, object]:
    """Who is signed in."""
    return me.describe(current_uow(), current_principal())


@blueprint.get("/me/sign-in")
@requires(SELF)
@blueprint.output(WaysOut)
def get_sign_in() -> ways.Ways:
    """Read by which ways one can sign in."""
    return ways.of(current_uow(), current_principal().member_id)


@blueprint.delete("/me/wechat")
@requires(SELF)
@transactional
@blueprint.output(UnboundOut)
def delete_wechat() -> dict[str, Any]:
    """Unbind WeChat and end all sessions; `advice` says how to sign in from then on."""
    left = ways.unbind(current_uow(), current_principal().member_id)
    return {**asdict(left), "advice": left.advice.in_language(language())}


@blueprint.post("/invitations")
@requires(INVITE)
@transactional_secretly
@blueprint.input(InvitationsIn)
@blueprint.output(InvitationsOut, status_code=201)
def post_invitations(json_data: dict[str, list[UUID]]) -> dict[str, object]:
    """Make invitation codes for members of the own part of the tree.

    The codes are shown this once; asking again replaces them.
    """
    issued = invitations.issue(
        current_uow(), current_tools(), current_principal(), json_data["member_ids"]
    )
    return {"items": issued}


def _committed(tokens: sessions.Tokens) -> sessions.Tokens:
    current_uow().commit()
    return tokens
