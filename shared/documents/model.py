"""What a document is made of, whatever it is written as."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

# Moments are aware; people read them in Asia/Shanghai.
Kind = Literal["text", "number", "percent", "day", "moment"]
Value = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: stable, for programs.
        title: for people, in the document's language.
        width: in half-width characters; a Chinese one takes two.
        kind: how values are shown; a percentage is a number of which 1 is the whole.
    """

    name: str
    title: str
    width: int = 10
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Section:
    """One table.

    Attributes:
        rows: a value for each column; read once, by `read`.
        size: tells how many rows there are, for a long table whose writing people wait for.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    size: Callable[[], int] | None = None

    @contextmanager
    def read(self) -> Iterator[Iterator[Sequence[Value]]]:
        """Hand the rows over; whatever they come from is let go of afterwards, also half read."""
        rows = iter(self.rows)
        try:
            yield rows
        finally:
            if isinstance(rows, Generator):
                rows.close()


@dataclass(frozen=True, slots=True)
class Document:
    """A heading and tables.

    Attributes:
        about: label and value of what stands beneath the title: of whom, of when, made by whom.
        language: of everything in it, ``zh`` or ``en``.
    """

    name: str
    title: str
    about: Sequence[tuple[str, Value]]
    sections: Sequence[Section]
    language: str
