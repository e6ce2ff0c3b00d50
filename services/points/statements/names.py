"""The order of names on a statement: by pinyin, as rolls in China are kept. Pure."""

from shared.names import syllables


def name_key(name: str) -> tuple[tuple[str, ...], str]:
    """Return what names sort by: syllable by syllable, then by the characters themselves.

    A name that begins another comes before it; other scripts sort by their letters.
    """
    return tuple(syllables(name)), name
