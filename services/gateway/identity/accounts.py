"""Accounts made by the operator: the first administrators, and those of the demo."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.gateway.identity import second_factor, sessions, totp
from services.gateway.identity.fields import FieldKey
from services.gateway.identity.models import Account
from services.gateway.identity.passwords import hash_password
from services.gateway.identity.policy import normal_username, password_is_acceptable
from shared.database import UnitOfWork
from shared.ids import new_id


def put(
    uow: UnitOfWork,
    key: FieldKey,
    username: str,
    member_id: UUID,
    password: str,
    totp_secret: str | None,
) -> UUID:
    """Make the member's account, or give it this name, password and second factor; return its id.

    Whoever was signed in to it is signed out.

    Raises:
        ValueError: username, password or TOTP secret cannot be accepted, or the username is another
            member's; the message says which.
    """
    name = normal_username(username)
    if name is None:
        message = f"{username!r} is no username: 3 to 32 letters, digits or . _ -"
        raise ValueError(message)
    if not password_is_acceptable(password, name):
        message = "The password is too short or too long, or the same as the username."
        raise ValueError(message)
    if totp_secret is not None and not totp.is_secret(totp_secret):
        message = "The TOTP secret must be base32 of at least 128 bits (26 letters)."
        raise ValueError(message)
    account = uow.session.scalars(
        select(Account).where(Account.member_id == member_id).with_for_update()
    ).one_or_none()
    if account is None:
        account = Account(
            id=new_id(), member_id=member_id, created_at=uow.clock.now(), totp_last_step=0
        )
        uow.session.add(account)
    account.username, account.password_hash = name, hash_password(password)
    try:
        uow.session.flush()
    except IntegrityError as error:
        message = f"The username {name!r} belongs to another member."
        raise ValueError(message) from error
    second_factor.drop(uow, account)
    account.totp_sealed = totp.seal(key, account.id, totp_secret) if totp_secret else None
    sessions.end_all(uow, account.id, "set_by_operator")
    return account.id
