"""What all marshmallow schemas of the suite share."""

import apiflask
from marshmallow import RAISE

from shared.fields import Points

__all__ = ["Points", "Schema"]


class Schema(apiflask.Schema):
    """Refuses fields it does not know: a misspelt field is an error, not a silence."""

    class Meta:
        unknown = RAISE
