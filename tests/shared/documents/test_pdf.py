"""PDFs, read back: all the text is there, lines break where Chinese may break."""

from datetime import date

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from pylopdf_fonts_zh_cn import sans_path

from shared.documents import Column, Document, Section
from shared.documents.line_breaks import wrapped
from tests.shared.documents.documents import COLUMNS, document, pages, written

# Of the third level of 通用规范汉字表, beyond GB 2312 and beyond 16 bits: names are full of them.
RARE = "𬭎𬱖㛃䶮𬍛𫖯喆鿏堃龘𩾃𬺓𫠜"
# A character that Noto Sans SC has no picture of.
MISSING = "𩽹"


def test_text_reads_back_also_rare_characters() -> None:
    (page,) = pages(written(document([(f"张{RARE}", 12.5), ('=HYPERLINK("x")', -2)]), "pdf"))
    for text in ("积分表", "党支部：第一党支部", f"张{RARE}", "12.5", '=HYPERLINK("x")', "-2"):
        assert text in page.replace("\n", ""), text
    assert "第 1 页，共 1 页" in page


def test_the_font_has_the_characters_in_common_use() -> None:
    known = TTFont(sans_path()).getBestCmap()
    gb2312 = {
        bytes([high, low]).decode("gb2312")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
        if not (high == 0xD7 and low >= 0xFA)
    }
    assert len(gb2312) == 6763
    unified = {chr(code) for code in range(0x4E00, 0x9FA6)}
    assert not {c for c in gb2312 | unified | set(RARE) if ord(c) not in known}


def test_a_character_without_a_picture_is_a_box_and_not_lost() -> None:
    assert ord(MISSING) not in TTFont(sans_path()).getBestCmap(), "choose another character"
    (page,) = pages(written(document([(f"张{MISSING}三", 1)], title=f"{MISSING}的积分"), "pdf"))
    assert "张□三" in page
    assert page.startswith("□的积分")


def test_marks_that_are_never_seen_are_left_out() -> None:
    (page,) = pages(written(document([("葛\U000e0100\u200b城\ufeff", 1)]), "pdf"))
    assert "葛城" in page


def test_the_font_is_embedded_in_part() -> None:
    content = written(document([("党课", 1)]), "pdf")
    assert b"NotoSansSC" in content
    assert len(content) < 100_000


def test_rows_break_between_pages_under_their_heading() -> None:
    rows = [(f"第{n:03}项：学习贯彻会议精神，“三会一课”安排（一）", n) for n in range(120)]
    read = pages(written(document(rows), "pdf"))
    assert len(read) > 2
    for number, page in enumerate(read, start=1):
        assert "事项" in page
        assert f"第 {number} 页，共 {len(read)} 页" in page
    whole = "".join(read).replace("\n", "")
    assert [n for n in range(120) if f"第{n:03}项：学习贯彻会议精神" not in whole] == []


def test_a_table_that_fits_on_a_page_is_not_torn_apart() -> None:
    tables = [
        Section(f"t{n}", f"第{n}表", COLUMNS, [(f"第{n}表第{m}行", m) for m in range(25)])
        for n in range(3)
    ]
    read = pages(written(Document("x", "几张表", [], tables, "zh"), "pdf"))
    whole = [
        number
        for number, page in enumerate(read)
        for n in range(3)
        if all(text in page for text in (f"第{n}表第0行", f"第{n}表第24行"))
    ]
    assert whole == [0, 1, 2]


def test_an_empty_table_says_so_in_both_languages() -> None:
    assert "（无）" in pages(written(document([]), "pdf"))[0]
    english = pages(written(document([], language="en"), "pdf"))[0]
    assert "(none)" in english
    assert "Page 1 of 1" in english


@pytest.mark.parametrize(("columns", "landscape"), [(3, False), (14, True)])
def test_a_wide_table_turns_the_page(columns: int, landscape: bool) -> None:
    wide = [Column(f"c{n}", f"第{n}列", 10) for n in range(columns)]
    content = written(document([tuple("党课" for _ in wide)], wide), "pdf")
    (page,) = pypdfium2.PdfDocument(content)
    width, height = page.get_size()
    assert (width > height) is landscape
    assert round(min(width, height)) == 595, "A4"


def test_days_and_shares_are_shown_as_people_write_them() -> None:
    columns = (
        Column("a", "日", 10, "day"), Column("b", "率", 8, "percent"), Column("c", "数", 8, "number")
    )  # fmt: skip
    rows = [(date(2026, 11, 20), 0.8333, 4.0), (date(2026, 11, 21), 1, 1234.5)]
    (page,) = pages(written(document(rows, columns), "pdf"))
    assert "2026-11-20 83.3% 4\n" in page
    assert "2026-11-21 100.0% 1,234.5" in page


def count(text: str) -> float:
    """Chinese characters are twice as wide as others."""
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def test_lines_of_chinese_break_anywhere_but_before_a_closing_mark() -> None:
    text = "听党课，今年还可得（上限）。well-known words"
    assert wrapped(text, 8, count) == [
        "听党课，",
        "今年还可",
        "得（上",
        "限）。",
        "well-",
        "known",
        "words",
    ]


def test_a_word_wider_than_the_line_is_cut_where_it_must() -> None:
    assert wrapped("aaaaaaaaaa党课", 4, count) == ["aaaa", "aaaa", "aa党", "课"]


@given(st.text(alphabet="党课，。（）“”a b-1", max_size=40), st.integers(2, 12))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width, count)
    assert all(count(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
