"""How Chinese names are read and hidden. Pure."""

import os
from functools import lru_cache
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


def syllables(name: str) -> list[str]:
    """Return a name in pinyin with tones; other scripts stay as they are, in small letters."""
    found = [syllable for character in name for syllable in _read(character.casefold())]
    if name[:1] in _SURNAMES:
        found[0] = _SURNAMES[name[0]]
    return found


def initials(name: str) -> str:
    """Return the first letters people type to find a name: 张三丰 → zsf."""
    return "".join(syllable[0] for syllable in syllables(name) if syllable[:1].isalnum())


def masked(name: str) -> str:
    """Return a name as others see it that is hidden: 张三 → 张*."""
    return f"{name[:1]}*"


@lru_cache(maxsize=8192)
def _read(character: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(character, style=Style.TONE3))
