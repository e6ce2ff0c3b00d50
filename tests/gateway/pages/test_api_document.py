from typing import Any

from services.gateway.pages.api_document import merge, operations


def document(schemas: dict[str, Any], *paths: str, refers_to: str = "Thing") -> dict[str, Any]:
    answer = {"schema": {"$ref": f"#/components/schemas/{refers_to}"}}
    operation = {"responses": {"200": {"content": {"application/json": answer}}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "x", "version": "1"},
        "paths": {path: {"get": operation} for path in paths},
        "components": {"schemas": schemas},
        "tags": [{"name": "x"}],
    }


def reference(merged: dict[str, Any], path: str) -> str:
    answer = merged["paths"][path]["get"]["responses"]["200"]
    return str(answer["content"]["application/json"]["schema"]["$ref"])


def test_paths_and_schemas_are_joined() -> None:
    merged = merge({"a": document({"Thing": {"type": "object"}}, "/a"), "b": document({}, "/b")})
    assert [path for path, _, _ in operations(merged)] == ["/a", "/b"]
    assert merged["tags"] == [{"name": "x"}]


def test_the_same_schema_under_one_name_stays_one() -> None:
    thing = {"Thing": {"type": "object"}}
    merged = merge({"a": document(thing, "/a"), "b": document(thing, "/b")})
    assert list(merged["components"]["schemas"]) == ["Thing"]


def test_different_schemas_under_one_name_are_told_apart_everywhere() -> None:
    merged = merge(
        {
            "a": document({"Thing": {"type": "object"}}, "/a"),
            "points": document(
                {
                    "Thing": {"type": "string"},
                    "List": {"items": {"$ref": "#/components/schemas/Thing"}},
                },
                "/b",
            ),
        }
    )
    schemas = merged["components"]["schemas"]
    assert schemas["Thing"] == {"type": "object"}
    assert schemas["PointsThing"] == {"type": "string"}
    assert schemas["List"]["items"]["$ref"] == "#/components/schemas/PointsThing"
    assert reference(merged, "/a") == "#/components/schemas/Thing"
    assert reference(merged, "/b") == "#/components/schemas/PointsThing"
