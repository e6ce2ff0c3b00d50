"""Every message type with its schema, and how those who keep what messages say read them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from marshmallow import Schema

from shared.contracts import attendance, notices, points, results, roster, study
from shared.messaging.envelope import Envelope

SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        attendance.RECORDED_V1: attendance.AttendanceRecordedV1(),
        notices.REQUESTED_V1: notices.NoticeRequestedV1(),
        points.CHANGED_V1: points.PointsChangedV1(),
        results.RECORDED_V1: results.ResultRecordedV1(),
        roster.MEMBERS_V1: roster.MembersChangedV1(),
        roster.ORGANISATIONS_V1: roster.OrganisationsChangedV1(),
        study.RECORDED_V1: study.StudyRecordedV1(),
    }
)


def checked(envelopes: Sequence[Envelope], kind: str) -> list[Envelope]:
    """Return the messages of one kind.

    Raises:
        ValueError: one breaks its contract, and which fields do; a consumer that lets it through
            has the message set aside.
    """
    found = [envelope for envelope in envelopes if envelope.type == kind]
    for envelope in found:
        if errors := SCHEMAS[kind].validate(envelope.data):
            message = f"{kind}: {errors}"
            raise ValueError(message)
    return found


def entries(envelopes: Sequence[Envelope], kind: str, name: str) -> list[dict[str, Any]]:
    """Return what the messages of one kind list under a name, all of a batch's together.

    Raises:
        ValueError: see `checked`.
    """
    return [entry for envelope in checked(envelopes, kind) for entry in envelope.data[name]]
