"""The order of names on a statement: by pinyin, as rolls in China are kept. Pure."""

import os
from typing import Final

# The dictionary of phrases costs 45 MB and knows no names.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

from pypinyin import Style, lazy_pinyin  # reads the setting above

# Characters that are read otherwise as a surname.
_SURNAMES: Final = {
    "仇": "qiu2", "区": "ou1", "单": "shan4", "曾": "zeng1", "朴": "piao2", "查": "zha1",
    "翟": "zhai2", "缪": "miao4", "葛": "ge3", "覃": "qin2", "解": "xie4", "乐": "yue4",
    "任": "ren2", "华": "hua4", "盖": "ge3", "折": "she2",
}  # fmt: skip


def name_key(name: str) -> tuple[tuple[str, ...], str]:
    """Return what names sort by: syllable by syllable, then by the characters themselves.

    A name that begins another comes before it; other scripts sort by their letters.
    """
    syllables = [
        syllable
        for character in name
        for syllable in lazy_pinyin(character.casefold(), style=Style.TONE3)
    ]
    if name[:1] in _SURNAMES:
        syllables[0] = _SURNAMES[name[0]]
    return tuple(syllables), name
