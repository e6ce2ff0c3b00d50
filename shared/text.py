"""A sentence for people, in both languages of the suite."""

from typing import NamedTuple


class Text(NamedTuple):
    """The same sentence in Chinese and in English; it says what to do next."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the sentence for a language tag: ``en…`` is English, anything else Chinese."""
        return self.en if language.lower().startswith("en") else self.zh
