"""What is said of each refusal of an import, for the person who mends the spreadsheet."""

from typing import Final

from shared.imports.kinds import Kind
from shared.imports.staging import MAX_ROWS
from shared.text import Text

# Of the file and its headings, whatever the kind; kinds' checks and parsers bring their own.
_OF_FILES: Final = {
    "value_missing": Text("此格必填，请补上。", "This cell must not be empty; fill it in."),
    "formula": Text(
        "「{value}」是公式或以 = + - @ 开头，请改为普通文字或数值。",
        "“{value}” is a formula or begins with = + - @; write plain text or a number.",
    ),
    "heading_missing": Text(
        "缺少「{value}」列，请按模板补上。", "Column “{value}” is missing; add it."
    ),
    "heading_unknown": Text(
        "不认识这一列，请按模板删去或改名。", "This column is not known; remove or rename it."
    ),
    "heading_doubled": Text(
        "这一列出现了两次，请删去一列。", "This column is there twice; remove one."
    ),
    "undo_failed": Text(
        "没有撤销成功，一切未变；请再撤销一次，如有原因会当场说明。",
        "It could not be undone and nothing changed; undo it again, and what stands in the way"
        " is said at once.",
    ),
    "file_empty": Text("文件中没有数据行。", "The file holds no rows below its headings."),
    "file_damaged": Text(
        "文件已损坏，请用表格软件重新另存为 xlsx。", "The file is damaged; save it again as xlsx."
    ),
    "file_old_excel": Text(
        "这是旧版 xls 文件，请另存为 xlsx 或 csv。",
        "This is an old xls file; save it as xlsx or csv.",
    ),
    "file_not_spreadsheet": Text(
        "这不是表格文件，请上传 xlsx 或 csv。", "This is no spreadsheet; send xlsx or csv."
    ),
    "file_too_large": Text(
        "文件展开后过大，请删去图片或拆分。", "The file unpacks to too much; split it."
    ),
    "rows_too_many": Text(
        f"最多 {MAX_ROWS} 行，请拆分后分次导入。", f"At most {MAX_ROWS} rows; split the file."
    ),
}


def text_of_refusal(kind: Kind | None, code: str, value: str) -> Text:
    """Return the sentence for a refusal, with the cell's value in its place."""
    texts = dict(_OF_FILES)
    if kind is not None:
        for column in kind.columns:
            texts |= column.parser.refusals
        texts |= {check.code: check.text for check in kind.checks}
    found = texts.get(code, Text(code, code))
    return Text(found.zh.replace("{value}", value), found.en.replace("{value}", value))
