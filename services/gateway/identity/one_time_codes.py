"""Codes that people read from paper and type, once: invitations, enrolments."""

import secrets
from typing import Final

from services.gateway.identity.fields import FieldKey

# Crockford's alphabet: nothing that reads like something else. 12 of 32 are 60 bits, more than
# can be guessed in a week by asking a server, so wrong codes need no count.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 12
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def make() -> str:
    """Return a new code as it is shown: ``ABCD-EFGH-JKMN``."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))


def index(key: FieldKey, purpose: str, code: str) -> bytes:
    """Return what a code is kept and found under; hyphens, case and misread letters are nothing."""
    return key.index(purpose, code.upper().translate(_MISREAD).encode())
