"""The checks of a table whose rows name an organisation by its code."""

from typing import Final

from services.events.imports import statements
from shared.imports import Check
from shared.text import Text

ORGANISATION_CHECKS: Final = (
    Check(
        "organisation_unknown", "organisation_code",
        Text("没有代码为「{value}」的组织，请核对。",
             "No organisation has the code “{value}”; check it."),
        statements.ORGANISATION_UNKNOWN,
    ),
    Check(
        "organisation_out_of_reach", "organisation_code",
        Text("「{value}」不在您的管理范围内，请由其管理员导入。",
             "“{value}” lies outside your part of the organisation; ask its administrator."),
        statements.ORGANISATION_OUT_OF_REACH,
    ),
)  # fmt: skip
