"""WeChat's templates: what each is called there, and our words in the shape it takes. Pure.

Every mini-program picks its templates from WeChat's library, so that their ids and the names of
their fields are settings. `thingN` takes at most 20 characters, `timeN` and `dateN` a moment; what
does not fit is refused (developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/
subscribe-message), so it is cut here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from shared.clock import SHANGHAI
from shared.contracts.notices import FIELDS, TEMPLATES

_FIELD_NAME: Final = re.compile(r"([a-z]+)\d+")
# By the type that a field's name begins with: the longest text, or that it is a moment.
_TEXT: Final = MappingProxyType({"thing": 20})
_MOMENT: Final = frozenset({"time", "date"})
# A field must not be empty.
_NOTHING: Final = "见小程序"


@dataclass(frozen=True, slots=True)
class Template:
    """One of the mini-program's templates: its id there, and its field → ours."""

    id: str
    fields: Mapping[str, str]
    page: str | None = None

    def filled(self, data: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """Return what WeChat takes as `data`."""
        return {
            name: {"value": _shaped(_type_of(name), data.get(ours, ""))}
            for name, ours in self.fields.items()
        }


Templates = Mapping[str, Template]


def read_templates(text: str) -> Templates:
    """Read the setting: ``{"event_reminder": {"id": …, "fields": {"thing1": "title"}, "page": …}}``.

    Without a template nothing of that kind is sent.

    Raises:
        ValueError: something in it is not known; the message says what.
    """
    try:
        return MappingProxyType(
            {
                _known(name, TEMPLATES): _template(entry)
                for name, entry in orjson.loads(text).items()
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"WECHAT_TEMPLATES cannot be read: {error!r}"
        raise ValueError(message) from error


def _template(entry: dict[str, Any]) -> Template:
    fields = {str(name): _known(ours, FIELDS) for name, ours in entry["fields"].items()}
    for name, ours in fields.items():
        kind = _type_of(name)
        if kind not in (_MOMENT if ours == "time" else _TEXT):
            message = f"{name!r} cannot hold {ours!r}"
            raise ValueError(message)
    return Template(str(entry["id"]), MappingProxyType(fields), entry.get("page"))


def _known(name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        message = f"{name!r} is none of {', '.join(names)}"
        raise ValueError(message)
    return name


def _type_of(name: str) -> str:
    match = _FIELD_NAME.fullmatch(name)
    return match[1] if match else ""


def _shaped(kind: str, value: str) -> str:
    if kind in _MOMENT and value:
        moment = datetime.fromisoformat(value).astimezone(SHANGHAI)
        return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
    line = " ".join(value.split()) or _NOTHING
    longest = _TEXT.get(kind, len(line))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
