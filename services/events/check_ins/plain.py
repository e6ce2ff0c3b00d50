"""Reads the one body that nearly every check-in has, without a schema."""

from typing import Final
from uuid import UUID

import orjson

from services.events.check_ins.schemas import DEVICE, MAX_CODE
from services.events.check_ins.service import Scan

_UUID_LENGTH: Final = 36


def read_plain_scan(body: bytes) -> Scan | None:
    """Return what `ScanIn` would make of ``{code, client_ref, device?}``; None for anything else.

    None is no refusal: it leaves the body to the schema, which knows the other ways to check in
    and says what is wrong with a bad one.
    """
    try:
        data = orjson.loads(body)
        code, client_ref, device = data["code"], data["client_ref"], data.get("device")
        plain = (
            len(data) == (2 if device is None else 3)  # these and nothing else
            and isinstance(code, str)
            and 1 <= len(code) <= MAX_CODE
            and len(client_ref) == _UUID_LENGTH
            and (device is None or DEVICE.fullmatch(device))
        )
        return Scan("code", code, UUID(client_ref), device) if plain else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
