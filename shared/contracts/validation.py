"""Every message type with its schema, and the check that both sides share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from marshmallow import Schema

from shared.contracts import attendance, points, roster

SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        attendance.RECORDED_V1: attendance.AttendanceRecordedV1(),
        points.CHANGED_V1: points.PointsChangedV1(),
        roster.MEMBERS_V1: roster.MembersChangedV1(),
        roster.ORGANISATIONS_V1: roster.OrganisationsChangedV1(),
    }
)


def check(kind: str, data: dict[str, Any]) -> None:
    """Refuse a message that breaks its contract.

    Raises:
        ValueError: says which fields; a consumer that lets it through has the message set aside.
    """
    if errors := SCHEMAS[kind].validate(data):
        message = f"{kind}: {errors}"
        raise ValueError(message)
