"""Every message type with its schema, and how those who keep what messages say read them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from marshmallow import Schema

from shared.contracts import attendance, points, results, roster
from shared.messaging.envelope import Envelope

SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        attendance.RECORDED_V1: attendance.AttendanceRecordedV1(),
        points.CHANGED_V1: points.PointsChangedV1(),
        results.RECORDED_V1: results.ResultRecordedV1(),
        roster.MEMBERS_V1: roster.MembersChangedV1(),
        roster.ORGANISATIONS_V1: roster.OrganisationsChangedV1(),
    }
)


def entries(envelopes: Sequence[Envelope], kind: str, name: str) -> list[dict[str, Any]]:
    """Return what the messages of one kind list under a name, all of a batch's together.

    Raises:
        ValueError: one breaks its contract, and which fields do; a consumer that lets it through
            has the message set aside.
    """
    found: list[dict[str, Any]] = []
    for envelope in envelopes:
        if envelope.type == kind:
            if errors := SCHEMAS[kind].validate(envelope.data):
                message = f"{kind}: {errors}"
                raise ValueError(message)
            found += envelope.data[name]
    return found
