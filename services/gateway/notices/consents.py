"""What a member allows WeChat to bring: one message each time the question is answered with yes."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import text

from services.gateway.notices import refusals
from services.gateway.notices.templates import Templates
from shared.database import UnitOfWork

_LEFT = text("""
    SELECT c.template, c.remaining
    FROM notice_consents c JOIN accounts a ON a.id = c.account_id WHERE a.member_id = :member
""")
# The binding is held, so that it is there for as long as the consent needs it.
_BINDING = text("""
    SELECT w.account_id FROM wechat_identities w JOIN accounts a ON a.id = w.account_id
    WHERE a.member_id = :member FOR SHARE OF w
""")
_ADD = text("""
    INSERT INTO notice_consents AS c (account_id, template, remaining) VALUES (:account, :template, 1)
    ON CONFLICT (account_id, template) DO UPDATE SET remaining = c.remaining + 1
""")


def left(uow: UnitOfWork, member: UUID) -> Mapping[str, int]:
    """Return template → how many more messages a member allows; those without any are missing."""
    return {row.template: row.remaining for row in uow.session.execute(_LEFT, {"member": member})}


def add(uow: UnitOfWork, templates: Templates, member: UUID, accepted: Iterable[str]) -> None:
    """Allow one more message of each of some templates.

    Raises:
        Conflict: `wechat_unbound`, `template_not_set_up`.
    """
    accepted = sorted(accepted)
    if not templates.keys() >= set(accepted):
        raise refusals.template_not_set_up()
    account = uow.session.scalar(_BINDING, {"member": member})
    if account is None:
        raise refusals.wechat_unbound()
    for template in accepted:
        uow.session.execute(_ADD, {"account": account, "template": template})
