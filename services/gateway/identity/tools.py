"""What sign-in works with, put together once a process."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from services.gateway.identity.fields import FieldKey
from services.gateway.identity.wechat import WeChat
from shared.auth import TokenSigner

KEY = "identity"


@dataclass(frozen=True)
class Tools:
    """`openid_key` seals the openids that the worker sends to, `field_key` everything else."""

    signer: TokenSigner
    field_key: FieldKey
    openid_key: FieldKey
    wechat: WeChat


def current_tools() -> Tools:
    return cast("Tools", current_app.extensions[KEY])
