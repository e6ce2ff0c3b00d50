"""What all marshmallow schemas of the suite share."""

import apiflask
from marshmallow import RAISE, validate

from shared.fields import Points

__all__ = ["Points", "Schema", "reason"]


def reason(longest: int) -> tuple[validate.Validator, ...]:
    """Return what a reason must be: something to read, in characters that PostgreSQL can hold."""
    return (
        validate.Length(1, longest),
        validate.Regexp(r"\s*\S", error="Say why."),
        validate.ContainsNoneOf("\0", error="No NUL characters."),
    )


class Schema(apiflask.Schema):
    """Refuses fields it does not know: a misspelt field is an error, not a silence."""

    class Meta:
        unknown = RAISE
