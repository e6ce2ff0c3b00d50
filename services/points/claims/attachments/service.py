"""Attachments: brought, taken by a claim or named as evidence, read by who may see either."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from services.points.claims import refusals
from services.points.claims.attachments import policy
from services.points.claims.attachments.uses import USES
from services.points.claims.models import Attachment, Claim
from services.points.claims.standing import standing_of
from services.points.roster.models import Member
from shared.auth import Principal
from shared.database import UnitOfWork
from shared.errors import Conflict, Gone, NotFound, Unavailable
from shared.ids import new_id
from shared.storage import Storage, StorageError
from shared.text import Text


class File(NamedTuple):
    name: str
    media_type: str
    content: bytes


def bring(uow: UnitOfWork, storage: Storage, principal: Principal, content: bytes) -> Attachment:
    """Keep a file of a member's, for a claim to take or to be evidence.

    Raises:
        Problem: 413 `attachment_too_large`, 415 `attachment_type_unsupported`.
        NotFound: `member_unknown`.
        Unavailable: `storage_away`.
    """
    row = Attachment(
        member_id=principal.member_id,
        id=new_id(),
        media_type=policy.media_type_of(content),
        size=len(content),
        uploaded_at=uow.clock.now(),
        deleted_at=None,
    )
    if uow.session.get(Member, principal.member_id) is None:
        raise refusals.member_unknown()
    uow.session.add(row)
    uow.session.flush()
    try:
        storage.put(row.id, content)
    except StorageError as error:
        raise _storage_away() from error
    return row


def take(uow: UnitOfWork, member_id: UUID, attachment_id: UUID) -> None:
    """See that a claim of the member may take an attachment, and hold it until the commit.

    Raises:
        NotFound: `attachment_unknown`, also where it is another member's.
        Gone: `attachment_gone`.
        Conflict: `attachment_taken`.
    """
    hold(uow, member_id, attachment_id)
    taken = select(Claim.id).where(
        Claim.member_id == member_id, Claim.attachment_id == attachment_id
    )
    if uow.session.scalar(taken) is not None:
        raise Conflict(
            "attachment_taken",
            Text(
                "这个附件已用于另一项申报，请重新上传。",
                "Another claim has this attachment; upload it once more.",
            ),
        )


def hold(uow: UnitOfWork, owner: UUID, attachment_id: UUID) -> None:
    """See that somebody has brought a file, as evidence say, and hold it until the commit.

    Raises:
        NotFound: `attachment_unknown`, also where it is another's.
        Gone: `attachment_gone`.
    """
    row = uow.session.get(
        Attachment, (owner, attachment_id), with_for_update=True, populate_existing=True
    )
    if row is None:
        raise _unknown()
    if row.deleted_at is not None:
        raise _gone()


def read(uow: UnitOfWork, storage: Storage, principal: Principal, attachment_id: UUID) -> File:
    """Return a file to its owner, and to those who may see the claim or the case that names it.

    Raises:
        NotFound: `attachment_unknown`, also for everybody else.
        Gone: `attachment_gone`; deleted when its time was over, or lost.
        Unavailable: `storage_away`.
    """
    row = uow.session.scalar(select(Attachment).where(Attachment.id == attachment_id))
    if row is None or not _may_read(uow, principal, row):
        raise _unknown()
    if row.deleted_at is not None:
        raise _gone()
    try:
        content = storage.get(row.id)
    except StorageError as error:
        raise _storage_away() from error
    if content is None:
        raise _gone()
    return File(f"{row.id}.{policy.TYPES[row.media_type]}", row.media_type, content)


# Before anything names it, a file lies in nobody's reach but the owner's.
_NAMED_BY = text(f"""
    SELECT used.about, branch.path, grp.path FROM ({USES}) AS used
    JOIN organisations branch ON branch.id = used.organisation_id
    LEFT JOIN organisations grp ON grp.id = used.group_id
    WHERE used.owner = :owner AND used.attachment_id = :id
""")  # noqa: S608 - put together from constants


def _may_read(uow: UnitOfWork, principal: Principal, row: Attachment) -> bool:
    if principal.member_id == row.member_id:
        return True
    named_by = uow.session.execute(_NAMED_BY, {"owner": row.member_id, "id": row.id}).all()
    return any(any(standing_of(principal, *use)) for use in named_by)


def _unknown() -> NotFound:
    return NotFound(
        "attachment_unknown",
        Text(
            "没有这个附件，或不在您的审核范围，请重新上传或刷新。",
            "There is no such attachment for you to see; upload it again, or read the claim again.",
        ),
    )


def _gone() -> Gone:
    return Gone(
        "attachment_gone",
        Text(
            "附件已不在：审核或处理结束 90 天后、或上传 7 天未使用即删除。需要时请重新上传。",
            "The attachment is no longer there: it is deleted 90 days after the review or decision,"
            " or 7 days after it came if nothing used it. Upload it again if it is needed.",
        ),
    )


def _storage_away() -> Unavailable:
    return Unavailable(
        "storage_away",
        Text(
            "附件暂时不能存取，请稍后重试；申报本身不受影响。",
            "Attachments cannot be kept or read for the moment; try again soon. Claims go on.",
        ),
        headers={"Retry-After": "30"},
    )
