"""The one tree of errors; `shared.web.problems` renders it as RFC 9457 problem documents.

Problem
 ├─ Invalid             400  the request cannot be understood, or breaks a rule of the data
 ├─ Unauthenticated     401  nobody is signed in
 ├─ Forbidden           403  signed in, and not allowed
 ├─ NotFound            404  not there, or not for this person to see
 ├─ Conflict            409  not in the state this asks for
 ├─ Gone                410  was valid, and is over
 ├─ PreconditionFailed  412  edited by somebody else meanwhile
 ├─ Unprocessable       422  well-formed, and refused by a rule
 ├─ TooMany             429  a limit of the account
 └─ Unavailable         503  a part of the suite is away; the same request may be sent again
"""

from collections.abc import Mapping
from typing import ClassVar

from shared.text import Text

__all__ = [
    "Conflict",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "PreconditionFailed",
    "Problem",
    "Text",
    "TooMany",
    "Unauthenticated",
    "Unavailable",
    "Unprocessable",
]


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem, and so do we
    """An answer that is not what was asked for.

    Args:
        code: stable, machine-readable, snake_case; front ends switch on it.
        text: what happened and what to do next, for the person.
        extra: further public members of the problem document.
        status: only where a class of its own would serve one place (a 413, a 415).
        headers: response headers, e.g. ``Retry-After``.
    """

    default_status: ClassVar[int] = 500

    def __init__(
        self,
        code: str,
        text: Text,
        *,
        extra: Mapping[str, object] | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.extra = dict(extra or {})
        self.status = status or self.default_status
        self.headers = dict(headers or {})


class Invalid(Problem):
    default_status = 400


class Unauthenticated(Problem):
    default_status = 401


class Forbidden(Problem):
    default_status = 403


class NotFound(Problem):
    default_status = 404


class Conflict(Problem):
    default_status = 409


class Gone(Problem):
    default_status = 410


class PreconditionFailed(Problem):
    default_status = 412


class Unprocessable(Problem):
    default_status = 422


class TooMany(Problem):
    default_status = 429


class Unavailable(Problem):
    default_status = 503
