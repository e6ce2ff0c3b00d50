"""What may be attached, and how long it is kept. Pure."""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

import puremagic

from shared.errors import Problem
from shared.text import Text

MAX_SIZE: Final = 5 * 1024 * 1024
# Media type → how such a file's name ends.
TYPES: Final = MappingProxyType(
    {
        "image/jpeg": "jpg",
        "image/png": "png",
        "image/webp": "webp",
        "application/pdf": "pdf",
    }
)
# Source: the domain glossary, attachments are deleted 90 days after the review. Appeals, and taking
# one a level up, are over well before that.
AFTER_REVIEW: Final = timedelta(days=90)
_UNUSED: Final = timedelta(days=7)


class Cutoffs(NamedTuple):
    """Files are due that came by `uploaded_by`, if all that names them was over by `over_by`."""

    over_by: datetime
    uploaded_by: datetime


def cutoffs(now: datetime) -> Cutoffs:
    return Cutoffs(now - AFTER_REVIEW, now - _UNUSED)


def media_type_of(content: bytes) -> str:
    """Return what a file is, told from its content; neither name nor header is believed.

    Raises:
        Problem: 413 `attachment_too_large`, 415 `attachment_type_unsupported`.
    """
    if len(content) > MAX_SIZE:
        raise Problem(
            "attachment_too_large",
            Text("附件不能超过 5 MB，请压缩后重传。", "An attachment has at most 5 MB; shrink it."),
            status=413,
        )
    try:
        found = puremagic.from_string(content, mime=True)
    except (puremagic.PureError, ValueError):  # nothing known, or nothing at all
        found = ""
    if found not in TYPES:
        raise Problem(
            "attachment_type_unsupported",
            Text(
                "附件须为 JPEG、PNG、WebP 图片或 PDF，请转换后重传。",
                "Attach a JPEG, PNG or WebP image, or a PDF; convert it and send it again.",
            ),
            status=415,
        )
    return found
