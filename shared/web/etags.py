"""Edits that cannot overwrite what somebody else changed meanwhile."""

from flask import request

from shared.errors import PreconditionFailed, Problem
from shared.text import Text


def etag(version: int) -> dict[str, str]:
    """Return the header that names a version of an edited thing."""
    return {"ETag": f'"{version}"'}


def check_if_match(version: int) -> None:
    """Refuse an edit that was not made of the present version.

    Raises:
        Problem: 428 `if_match_needed`.
        PreconditionFailed: 412 `edited_meanwhile`.
    """
    if not request.if_match:
        raise Problem(
            "if_match_needed",
            Text(
                zh="请带上 If-Match（读取时得到的 ETag）再修改。",
                en="Send If-Match with the ETag you read before editing.",
            ),
            status=428,
        )
    if not request.if_match.contains(str(version)):
        raise PreconditionFailed(
            "edited_meanwhile",
            Text(
                zh="内容已被他人修改，请重新读取后再改。",
                en="Somebody else has edited this; read it again and repeat your change.",
            ),
        )


def check_if_match_where_sent(version: int) -> None:
    """Refuse like `check_if_match`, but leave alone who sends no If-Match.

    For decisions: whoever shows what is decided on says which version it was.
    """
    if request.if_match:
        check_if_match(version)
