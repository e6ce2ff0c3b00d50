"""The words rules are made of, for whoever writes one: what there is, and what each takes."""

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from services.points.scoring import vocabulary
from services.points.scoring.kinds import KINDS


def words(language: str) -> dict[str, Any]:
    """Return all words with their names in a language, and each kind of value's form."""

    def named(known: vocabulary.Words) -> list[dict[str, str]]:
        return [{"code": code, "name": name.in_language(language)} for code, name in known.items()]

    return {
        "values": [
            {
                "kind": kind.NAME,
                "name": kind.TITLE.in_language(language),
                "triggers": kind.TRIGGERS,
                "parameters": parameters(kind.NAME, language),
            }
            for kind in KINDS.values()
        ],
        "categories": named(vocabulary.CATEGORIES),
        "triggers": named(vocabulary.TRIGGERS),
        "kinds": named(vocabulary.FACT_KINDS),
        "roles": named(vocabulary.ROLES),
        "periods": named(vocabulary.PERIODS),
        "levels": named(vocabulary.LEVELS),
    }


def parameters(kind: str, language: str) -> dict[str, Any]:
    """Return the JSON schema of what a kind of value takes, with titles in a language."""
    plugin = MarshmallowPlugin()
    APISpec("", "", "3.0.3", plugins=[plugin])
    if plugin.converter is None:
        message = "apispec has set up no converter"
        raise ValueError(message)
    converter = plugin.converter
    form = dict(converter.schema2jsonschema(KINDS[kind].PARAMETERS))  # type: ignore[no-untyped-call]
    for parameter in form["properties"].values():
        parameter["title"] = parameter["title"].in_language(language)
    return form


def value_forms() -> list[dict[str, Any]]:
    """Return the JSON schemas of a rule's value, one for each kind."""
    forms = []
    for name in KINDS:
        form = parameters(name, "en")
        form["properties"] = {"kind": {"type": "string", "enum": [name]}} | form["properties"]
        form["required"] = ["kind", *form["required"]]
        forms.append(form)
    return forms
