"""Passwords: argon2id, a bounded number at a time."""

from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Unavailable
from shared.text import Text

# 19 MiB and two passes: the first choice of OWASP's password storage cheat sheet for argon2id.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checking takes memory and a core on purpose; a hall that signs in at once must not take all of
# either from those who are already in.
_AT_ONCE: Final = BoundedSemaphore(4)
_PATIENCE_SECONDS: Final = 5.0
# What an unknown name is checked against, so that it takes as long as a known one.
_NOBODY: Final = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the argon2id hash in PHC string form."""
    with _Turn():
        return _HASHER.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Tell whether the password is right; with no hash it is wrong, after the same work.

    Raises:
        Unavailable: too many sign-ins at this moment.
    """
    with _Turn():
        try:
            _HASHER.verify(hashed or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return hashed is not None


class _Turn:
    def __enter__(self) -> None:
        if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
            raise Unavailable(
                "sign_in_busy",
                Text(
                    zh="当前登录人数较多，请几秒后重试。",
                    en="Many people are signing in; try again in a few seconds.",
                ),
                headers={"Retry-After": "3"},
            )

    def __exit__(self, *_: object) -> None:
        _AT_ONCE.release()
