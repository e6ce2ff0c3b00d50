"""marshmallow fields of the suite's own types; usable without a web framework."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields, validate

TENTHS = 10


def in_words(tenths: int) -> str:
    """Return tenths as people write points: 20 → "2", 5 → "0.5"."""
    whole, rest = divmod(abs(tenths), TENTHS)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


class Points(fields.Float):
    """Points: whole tenths inside (int), a number with at most one decimal outside."""

    def _serialize(
        self,
        value: Any,
        attr: str | None,
        obj: Any,
        **kwargs: Any,
    ) -> Any:
        if value is None:
            return None
        tenths = int(value)
        return tenths // TENTHS if tenths % TENTHS == 0 else tenths / TENTHS

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Not a number.")
        try:
            tenths = Decimal(str(value)) * TENTHS
        except InvalidOperation as error:
            raise ValidationError("Not a number.") from error
        if not tenths.is_finite() or tenths != int(tenths):
            raise ValidationError("At most one decimal.")
        return int(tenths)


class Words(fields.String):
    """What somebody says in words; outer space is cut off.

    Blanks, invisible characters and punctuation alone say nothing. Nothing at all may be said only
    where the words are `optional`.
    """

    def __init__(self, longest: int, *, optional: bool = False, **kwargs: Any) -> None:
        length = validate.Length(0 if optional else 1, longest)
        super().__init__(validate=length, **kwargs)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> Any:
        words = super()._deserialize(value, attr, data, **kwargs).strip()
        if words and not any(character.isalnum() for character in words):
            raise ValidationError("Say it in words.")
        return words
