"""Messages held to the letter of their contracts, and broken at every place there is."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from marshmallow import Schema, fields

from shared.contracts.validation import SCHEMAS

Data = dict[str, Any]
# The way to a value: names of fields, and indexes of lists.
Place = tuple[str | int, ...]


def assert_fits(kind: str, data: Data) -> None:
    """Hold data to its contract to the letter.

    The schemas would read "5" as a number and 1 as true; what is read and written again must be
    what was sent.
    """
    schema = SCHEMAS[kind]
    assert schema.validate(data) == {}, kind
    again = schema.dump(schema.load(data))
    assert json.dumps(again, sort_keys=True) == json.dumps(data, sort_keys=True), kind


def broken(kind: str, data: Data) -> dict[str, Data]:
    """Return the message once without each of its fields, once with one too many in each object.

    Args:
        kind: the type.
        data: a message whose lists of objects hold at least one each.
    """
    schema = SCHEMAS[kind]
    lacking = {f"without {place}": _without(data, place) for place in _fields(schema)}
    excess = {f"more at {place}": _with_more(data, place) for place in _objects(schema)}
    return lacking | excess


def _fields(schema: Schema, at: Place = ()) -> Iterator[Place]:
    for name, field in schema.fields.items():
        assert field.required, f"{name}: a contract leaves nothing to be guessed"
        yield (*at, name)
        if nested := _nested(field):
            yield from _fields(nested, (*at, name, 0))


def _objects(schema: Schema, at: Place = ()) -> Iterator[Place]:
    yield at
    for name, field in schema.fields.items():
        if nested := _nested(field):
            yield from _objects(nested, (*at, name, 0))


def _nested(field: fields.Field[Any]) -> Schema | None:
    inner = field.inner if isinstance(field, fields.List) else field
    return inner.schema if isinstance(inner, fields.Nested) else None  # type: ignore[return-value]


def _without(data: Data, place: Place) -> Data:
    *way, name = place
    changed = deepcopy(data)
    del _at(changed, tuple(way))[name]
    return changed


def _with_more(data: Data, place: Place) -> Data:
    changed = deepcopy(data)
    _at(changed, place)["备注"] = "多出来的字段"
    return changed


def _at(data: Any, way: Place) -> Any:
    for step in way:
        data = data[step]
    return data
