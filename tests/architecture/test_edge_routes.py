"""A path means the same whichever way it is reached: the edge sends it to the service that has it."""

import pytest
from apiflask import APIBlueprint, APIFlask

from services.events.app import BLUEPRINTS as EVENTS
from services.gateway.app import BLUEPRINTS as GATEWAY
from services.gateway.edge.routing import owner
from services.points.app import BLUEPRINTS as POINTS


@pytest.mark.parametrize(
    ("service", "blueprints"), [("events", EVENTS), ("gateway", GATEWAY), ("points", POINTS)]
)
def test_the_edge_sends_each_path_to_the_service_that_answers_it(
    service: str, blueprints: tuple[APIBlueprint, ...]
) -> None:
    app = APIFlask("routes", spec_path=None, docs_path=None, static_folder=None)  # type: ignore[arg-type]
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    assert rules
    assert [rule for rule in rules if owner(rule) != service] == []
