"""The refusals of sign-in: stable codes, and sentences that say what to do next.

None tells whether a username exists: an unknown name and a wrong password are one refusal.
"""

from shared.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Unauthenticated,
    Unprocessable,
)
from shared.text import Text


def sign_in_failed() -> Unauthenticated:
    return Unauthenticated(
        "sign_in_failed",
        Text(
            zh="用户名或密码不正确，请重新输入；忘记密码请向支部索取新的邀请码。",
            en="Wrong username or password; try again, or ask your branch for a new invitation.",
        ),
    )


def totp_required() -> Unauthenticated:
    return Unauthenticated(
        "totp_required",
        Text(zh="请输入动态验证码。", en="Enter the code of your authenticator."),
    )


def totp_wrong() -> Unauthenticated:
    return Unauthenticated(
        "totp_wrong",
        Text(
            zh="动态验证码不正确，请核对手机时间后输入当前的六位数字。",
            en="Wrong code; check your phone's clock and enter the six digits it shows now.",
        ),
    )


def totp_reused() -> Unauthenticated:
    return Unauthenticated(
        "totp_reused",
        Text(
            zh="这个验证码已经用过，请等下一个（约 30 秒）再输入。",
            en="This code was used already; wait for the next one, at most 30 seconds.",
        ),
    )


def totp_not_enrolled() -> Forbidden:
    return Forbidden(
        "totp_not_enrolled",
        Text(
            zh="管理员账号须先绑定验证器：请向安全管理员索取绑定码，再在登录页选择“绑定验证器”。",
            en="An administrator's account needs an authenticator: ask the security administrator"
            " for an enrolment code, then choose “Set up an authenticator” where you sign in.",
        ),
    )


def enrolment_invalid() -> Gone:
    return Gone(
        "enrolment_invalid",
        Text(
            zh="绑定码无效、已使用或已过期，请向安全管理员索取新的绑定码。",
            en="The enrolment code is wrong, used or expired; ask the security administrator for a"
            " new one.",
        ),
    )


def second_factor_lapsed() -> Gone:
    return Gone(
        "second_factor_lapsed",
        Text(
            zh="二维码已过期，请重新开始绑定，用验证器再扫一次。",
            en="The picture is too old; begin again, and let the authenticator scan it anew.",
        ),
    )


def second_factor_needed() -> Forbidden:
    return Forbidden(
        "second_factor_needed",
        Text(
            zh="更换验证器前，请先退出，用密码和现有的动态验证码登录。",
            en="Sign out, and in again with password and the present authenticator's code, first.",
        ),
    )


def account_locked() -> Forbidden:
    return Forbidden(
        "account_locked",
        Text(
            zh="此账号已被锁定，不能登录；请联系安全管理员或系统管理员。",
            en="This account is locked; ask the security or the system administrator.",
        ),
    )


def account_without_password() -> Conflict:
    return Conflict(
        "account_without_password",
        Text(
            zh="该账号还没有用户名和密码，请先用支部的邀请码设置。",
            en="The account has no username and password yet; set them by an invitation first.",
        ),
    )


def password_wrong() -> Unprocessable:
    return Unprocessable(
        "password_wrong",
        Text(
            zh="原密码不正确，请重新输入；忘记密码请向支部索取新的邀请码。",
            en="The old password is wrong; try again, or ask your branch for a new invitation.",
        ),
    )


def session_unknown() -> NotFound:
    return NotFound(
        "session_unknown",
        Text(
            zh="这次登录已经结束，请刷新列表。",
            en="That session is over already; reload the list.",
        ),
    )


def member_unknown() -> Conflict:
    return Conflict(
        "member_unknown",
        Text(
            zh="名册中暂时没有您的信息，请稍后重试，或联系支部核对名册。",
            en="You are not in the roster yet; try again shortly, or ask your branch to check it.",
        ),
    )


def member_left() -> Forbidden:
    return Forbidden(
        "member_left",
        Text(
            zh="您的组织关系已转出，不能再登录，如有疑问请联系原支部。",
            en="Your membership here has ended; ask your former branch if this is wrong.",
        ),
    )


def refresh_invalid() -> Unauthenticated:
    return Unauthenticated(
        "refresh_invalid",
        Text(zh="登录已失效，请重新登录。", en="This sign-in is over; sign in again."),
    )


def refresh_reused() -> Unauthenticated:
    return Unauthenticated(
        "refresh_reused",
        Text(
            zh="此登录凭证已被使用过，为保护账号已退出该设备，请重新登录。",
            en="This sign-in was continued elsewhere and has been ended for your safety;"
            " sign in again.",
        ),
    )


def wechat_not_bound(ticket: str, expires_in: int) -> Conflict:
    return Conflict(
        "wechat_not_bound",
        Text(
            zh="此微信还没有绑定党员身份，请输入支部发给您的邀请码。",
            en="This WeChat user is not bound to a member; enter the invitation of your branch.",
        ),
        extra={"wechat_ticket": ticket, "expires_in": expires_in},
    )


def wechat_ticket_invalid() -> Gone:
    return Gone(
        "wechat_ticket_invalid",
        Text(
            zh="微信登录已超时，请重新打开小程序再试一次。",
            en="The WeChat sign-in took too long; open the mini-program again.",
        ),
    )


def wechat_bound_elsewhere() -> Conflict:
    return Conflict(
        "wechat_bound_elsewhere",
        Text(
            zh="此微信已绑定另一位党员，请先在那个账号解绑，或联系支部。",
            en="This WeChat user is bound to another member; ask your branch to sort it out.",
        ),
    )


def invitation_invalid() -> Gone:
    return Gone(
        "invitation_invalid",
        Text(
            zh="邀请码无效、已使用或已过期，请向支部索取新的邀请码。",
            en="The invitation is wrong, used or expired; ask your branch for a new one.",
        ),
    )


def username_invalid() -> Invalid:
    return Invalid(
        "username_invalid",
        Text(
            zh="用户名须为 3 到 32 位小写字母、数字或 . _ -，以字母或数字开头。",
            en="A username has 3 to 32 letters, digits or . _ - and begins with a letter or digit.",
        ),
    )


def username_taken() -> Conflict:
    return Conflict(
        "username_taken",
        Text(zh="这个用户名已被使用，请换一个。", en="This username is taken; choose another."),
    )


def password_weak(shortest: int, longest: int) -> Invalid:
    return Invalid(
        "password_weak",
        Text(
            zh=f"密码须为 {shortest} 到 {longest} 个字符，且不能与用户名相同。",
            en=f"Choose a password of {shortest} to {longest} characters, unlike the username.",
        ),
    )
