"""Why an act upon an account is refused."""

from shared.errors import Conflict, Forbidden, NotFound
from shared.text import Text


def account_unknown() -> NotFound:
    return NotFound(
        "account_unknown",
        Text(
            "该党员还没有登录账号；可由支部发邀请码开通。",
            "This member has no account yet; the branch can issue an invitation.",
        ),
    )


def own_account() -> Forbidden:
    return Forbidden(
        "own_account",
        Text(
            "不能对自己的账号这样做，请由另一名管理员办理。",
            "Nobody does this to the own account; ask another administrator.",
        ),
    )


def duty_account() -> Forbidden:
    return Forbidden(
        "duty_account",
        Text(
            "系统管理员、安全管理员、审计的账号只能由安全管理员锁定或解锁。",
            "The accounts of those who hold a separate duty are locked by a security administrator"
            " only; ask one.",
        ),
    )


def last_security_account() -> Conflict:
    return Conflict(
        "last_security_account",
        Text(
            "这是最后一个可用的安全管理员账号，请先任命另一名并让其绑定验证器。",
            "No other security administrator could sign in; appoint one and let them enrol first.",
        ),
    )
