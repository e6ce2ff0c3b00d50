"""What a closed statement says, as one hash that follows from the one before. Pure."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

# Crockford's alphabet has no I, L, O, U: what is read aloud or copied by hand stays itself.
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FROM_RFC_4648: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _CROCKFORD)
_FORGIVEN: Final = str.maketrans("OIL", "011", "- ")
_LENGTH: Final = 12
_GROUP: Final = 4


def digest(
    statement: Mapping[str, Any],
    lines: Sequence[Sequence[Any]],
    objections: Sequence[Sequence[Any]],
) -> str:
    """Return the SHA-256 of canonical JSON: keys sorted, no spaces, times in UTC.

    `statement` holds every column but the hash itself and the code made of it; with them the hash
    of the branch's statement closed before, so that none can be exchanged or left out.
    """
    content = {"statement": statement, "lines": lines, "objections": objections}
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def code_of(digested: str) -> str:
    """Return the code people check a hash by: its first 60 bits as ``XXXX-XXXX-XXXX``."""
    text = base64.b32encode(bytes.fromhex(digested)).decode()[:_LENGTH].translate(_FROM_RFC_4648)
    return "-".join(text[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def read_code(written: str) -> str:
    """Return a code as `code_of` writes it, however it was copied: 1 for I, 0 for O, no dashes."""
    text = written.upper().translate(_FORGIVEN)
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
