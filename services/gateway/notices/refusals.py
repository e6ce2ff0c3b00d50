"""What is refused of notices."""

from shared.errors import Conflict, NotFound
from shared.text import Text


def notice_unknown() -> NotFound:
    return NotFound(
        "notice_unknown",
        Text("没有这条通知，请刷新列表。", "There is no such notice; read the list again."),
    )


def wechat_unbound() -> Conflict:
    return Conflict(
        "wechat_unbound",
        Text(
            zh="您的账号尚未绑定微信，请先在小程序中绑定，再订阅提醒。",
            en="Your account is not bound to WeChat; bind it in the mini-program first.",
        ),
    )


def template_not_set_up() -> Conflict:
    return Conflict(
        "template_not_set_up",
        Text(
            zh="此类微信提醒尚未开通，请在站内消息中查看。",
            en="WeChat does not bring this kind of message yet; look into your inbox instead.",
        ),
    )
