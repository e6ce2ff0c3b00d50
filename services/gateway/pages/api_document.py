"""One OpenAPI document out of the three services' own."""

from collections.abc import Iterator, Mapping
from threading import Lock
from time import monotonic
from typing import Any, Final

from services.gateway.pages.upstreams import AwayError, Upstreams

_FRESH_SECONDS: Final = 60.0
_REF: Final = "#/components/schemas/"

Document = dict[str, Any]


class ApiDocument:
    """The merged document, asked for anew once a minute; a service that is away keeps its last."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self._documents: dict[str, Document] = {}
        self._asked = -_FRESH_SECONDS
        self._lock = Lock()

    def merged(self, own: Document) -> Document:
        """Return the document; `x-missing` names services never heard of since the start."""
        with self._lock:
            if monotonic() - self._asked >= _FRESH_SECONDS:
                self._ask()
        names = self._upstreams.names
        document = merge({"gateway": own, **self._documents})
        document["x-missing"] = [name for name in names if name not in self._documents]
        return document

    def _ask(self) -> None:
        complete = True
        for name in self._upstreams.names:
            try:
                self._documents[name] = self._upstreams.get(name, "/openapi.json")
            except AwayError:
                complete = False
        if complete:
            self._asked = monotonic()


def merge(documents: Mapping[str, Document]) -> Document:
    """Join documents by service name; the first gives what is said once.

    Two services may call different things by one name: then the later one's is prefixed with its
    service's name, everywhere.
    """
    merged: Document = {}
    for service, document in documents.items():
        if not merged:
            merged = {**document, "paths": {}, "components": {"schemas": {}}, "tags": []}
            merged["info"] = {**document["info"], "title": "Member points"}
        schemas = merged["components"]["schemas"]
        own = document.get("components", {}).get("schemas", {})
        renamed = {
            name: f"{service.capitalize()}{name}"
            for name, schema in own.items()
            if schemas.get(name, schema) != schema
        }
        adjusted = _rename(document, renamed)
        for kind, entries in adjusted.get("components", {}).items():
            merged["components"].setdefault(kind, {}).update(entries)
        for path, operations in adjusted["paths"].items():
            merged["paths"][path] = {**merged["paths"].get(path, {}), **operations}
        merged["tags"] += [tag for tag in adjusted.get("tags", []) if tag not in merged["tags"]]
    return merged


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield (path, method, operation) of a document in the order of its paths."""
    methods = ("get", "post", "put", "patch", "delete")
    for path, entry in sorted(document["paths"].items()):
        for method in methods:
            if method in entry:
                yield path, method, entry[method]


def _rename(document: Document, renamed: Mapping[str, str]) -> Document:
    if not renamed:
        return document
    references = {f"{_REF}{old}": f"{_REF}{new}" for old, new in renamed.items()}

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: references.get(value, value) if key == "$ref" else walk(value)
                for key, value in node.items()
            }
        return [walk(entry) for entry in node] if isinstance(node, list) else node

    adjusted: Document = walk(document)
    schemas = adjusted["components"]["schemas"]
    adjusted["components"]["schemas"] = {
        renamed.get(name, name): schema for name, schema in schemas.items()
    }
    return adjusted
