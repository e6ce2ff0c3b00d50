"""Finding a report, asking whether it may be had, putting it together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from services.points.reports.kinds import REPORTS, Asked, Report
from services.points.reports.spans import Span
from services.points.roster.models import Organisation
from services.points.roster.organisations import find
from shared.auth import Principal
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.documents import Document, Section, Value
from shared.errors import NotFound, Unprocessable
from shared.text import Text

# What is answered at once; a longer table is a job.
MOST_ROWS: Final = 5_000


def offered(principal: Principal) -> list[Report]:
    """Return the reports the person may have somewhere in the tree."""
    return [report for report in REPORTS.values() if principal.holds(report.PERMISSION)]


def build(
    uow: UnitOfWork, principal: Principal, name: str, query: dict[str, Any], language: str
) -> tuple[Document, str]:
    """Return a report and a name for its file; rows of long tables are read as they are written.

    Raises:
        NotFound: `report_unknown`, `organisation_unknown`.
        Forbidden: `out_of_reach`.
        Unprocessable: `report_format_wrong`, `report_kind_wrong`, `span_unclear`,
            `span_backwards`, `span_too_long`.
    """
    report, organisation, span = check(uow, principal, name, query)
    asked = Asked(uow, organisation.path, organisation.kind == "committee", span, language)
    document = Document(
        report.NAME,
        f"{organisation.name} {asked.say(span.in_words())} {asked.say(report.TITLE)}",
        [
            (asked.say(Text("组织", "Organisation")), organisation.name),
            (asked.say(Text("时间", "Span")), asked.say(span.in_words())),
            (asked.say(Text("制表人", "Made by")), principal.name),
            (asked.say(Text("制表时间", "Made at")), uow.clock.now()),
            (asked.say(Text("口径", "How it is counted")), asked.say(report.NOTE)),
        ],
        list(report.build(asked)),
        language,
    )
    days = f"{span.first:%Y%m%d}-{span.last:%Y%m%d}"
    return document, f"{report.NAME}-{organisation.code}-{days}"


def check(
    uow: UnitOfWork, principal: Principal, name: str, query: dict[str, Any]
) -> tuple[Report, Organisation, Span]:
    """Refuse what `build` would refuse, without reading any figures."""
    report = REPORTS.get(name)
    if report is None:
        raise NotFound(
            "report_unknown",
            Text("没有这种报表，请从报表列表中选择。", "No such report; choose one of the list."),
        )
    organisation = find(uow, query["organisation_id"])
    principal.require(report.PERMISSION, organisation.path)
    if query["format"] not in report.FORMATS:
        raise Unprocessable(
            "report_format_wrong",
            Text(
                f"这份报表的格式须为：{'、'.join(report.FORMATS)}。",
                f"This report comes as one of: {', '.join(report.FORMATS)}.",
            ),
            extra={"formats": list(report.FORMATS)},
        )
    if organisation.kind not in report.ORGANISATIONS:
        raise Unprocessable(
            "report_kind_wrong",
            Text(
                "这份报表不适用于该类组织，请另选组织或报表。",
                "This report is not of that kind of organisation; choose another of either.",
            ),
            extra={"organisation_kinds": list(report.ORGANISATIONS)},
        )
    span = Span.asked(query, local_day(uow.clock.now()))
    span.check_length(report.LONGEST_MONTHS)
    return report, organisation, span


def short(document: Document) -> Document:
    """Return the document, refusing while it is written once it has too many rows.

    Raises:
        Unprocessable: `report_too_long`, as rows are read.
    """
    return replace(
        document,
        sections=[replace(each, rows=_short(each)) for each in document.sections],
    )


def _short(section: Section) -> Iterator[Sequence[Value]]:
    with section.read() as rows:
        yield from islice(rows, MOST_ROWS)
        if next(rows, None) is not None:
            raise Unprocessable(
                "report_too_long",
                Text(
                    f"超过 {MOST_ROWS} 行，请提交报表任务后下载。",
                    f"More than {MOST_ROWS} rows; ask for it as a job (POST /report-jobs).",
                ),
                extra={"most_rows": MOST_ROWS},
            )
