"""A small city in events' copy of the roster, put there the way it arrives: by messages."""

from typing import Any
from uuid import UUID

from services.events.catalogue.following import follow_roster
from shared.clock import FixedClock
from shared.contracts.roster import MEMBERS_V1, ORGANISATIONS_V1
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope

TREE = {
    "/city/": "committee",
    "/city/u1/": "unit",
    "/city/u1/b1/": "branch",
    "/city/u1/b1/g1/": "group",
    "/city/u1/b2/": "branch",
    "/city/u1/youth/": "cross_cutting",
    "/city/u2/": "unit",
    "/city/u2/b3/": "branch",
}


class City:
    """Organisations by path; members are added as tests need them."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self._database = database
        self._clock = clock
        self.organisations = {path: new_id() for path in TREE}
        self.tell(ORGANISATIONS_V1, {"organisations": [self.organisation(p) for p in TREE]})

    def organisation(self, path: str, **changes: Any) -> dict[str, Any]:
        parent, code = path[:-1].rsplit("/", 1)
        fields = {
            "id": str(self.organisations[path]),
            "code": code,
            "name": f"组织{code}",
            "kind": TREE[path],
            "parent_id": str(self.organisations[f"{parent}/"]) if parent else None,
            "path": path,
            "version": 1,
        }
        return fields | changes

    def member(self, member_no: str, path: str, **changes: Any) -> dict[str, Any]:
        fields = {
            "id": str(new_id()),
            "member_no": member_no,
            "name": f"党员{member_no}",
            "organisation_id": str(self.organisations[path]),
            "path": path,
            "group_path": None,
            "cross_paths": [],
            "status": "full",
            "scored": True,
            "roles": [],
            "version": 1,
        }
        return fields | changes

    def join(self, member_no: str, path: str, **changes: Any) -> UUID:
        """Add a member and return the id."""
        member = self.member(member_no, path, **changes)
        self.tell(MEMBERS_V1, {"members": [member]})
        return UUID(member["id"])

    def tell(self, kind: str, *messages: dict[str, Any]) -> None:
        """Hand messages to the consumer's handler as one batch."""
        envelopes = [Envelope(new_id(), kind, "k", self._clock.now(), data) for data in messages]
        with self._database.unit_of_work() as uow:
            follow_roster(uow, envelopes)
            uow.commit()
