"""What of a request goes into the audit log; called by the guards, so that no route has to.

A change is noted in its own transaction, so that neither is there without the other. Reading and
refusals are noted in a transaction of their own, before the answer leaves. Routes whose permission
is not audited only read what is the asker's own or everybody's: they cost nothing here.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from flask import Response, current_app, g, request
from werkzeug.http import parse_options_header

from shared.audit import Act, write
from shared.auth import Permission, Principal
from shared.database import UnitOfWork
from shared.web.context import close_uow, current_suite, current_uow

_API: Final = "/api/v1"
_OWN: Final = "/api/v1/me/"
_READS: Final = ("GET", "HEAD")
_ERRORS: Final = 400
# What an answer says of the thing that was made.
_MADE: Final = ("id", "member_id")

# What a list is asked with when its pages are put together into a file (`CursorIn`).
_EXPORT: Final = "export"

# Which kind of thing that was.
_KINDS: Final = ("kind", "format")

# Words of the address, query parameters and files' names are kept where they can only be an id, a
# time, a number or one of our words; what people type into a search (`q`) is often a name, and a
# device is forgotten sooner than the log.
_NAME: Final = re.compile(r"[a-z_]{1,40}", re.ASCII)
_TYPED: Final = frozenset({"q", "cursor", "name", "device"})
_KEPT: Final = re.compile(r"[A-Za-z0-9_:.+-]{1,100}", re.ASCII)


def note_change(uow: UnitOfWork, response: Response) -> None:
    """Add a successful change to the log, in the transaction that makes it."""
    if current_suite().audited and "permission" in g and not g.permission.private:
        made = _made(response)
        kinds = {name: str(made[name]) for name in _KINDS if made.get(name)}
        write(uow, _act(response.status_code, made, kinds))


def note_read(permission: Permission, answer: Any) -> Any:
    """Add a successful reading of other people's data to the log; return the answer.

    Exports are told by their being attachments, or by the asker's saying that a page of a list goes
    into a file, and are noted whatever the permission says.
    """
    if request.method not in _READS or not current_suite().audited:
        return answer
    exported = _EXPORT in request.args
    if not (permission.audited or exported or isinstance(answer, Response)):
        return answer
    response = current_app.make_response(answer)
    how, said = parse_options_header(response.headers.get("Content-Disposition"))
    export = {"file": said.get("filename", "")} if how == "attachment" else {}
    noted = permission.audited or exported or export
    if response.status_code < _ERRORS and noted and not _is_own(permission):
        # On the connection the request has: a second one could wait for others that do the same.
        uow = current_uow()
        write(uow, _act(response.status_code, words=export))
        uow.commit()
    return response


def note_refusal(status: int) -> None:
    """Add a refused attempt to the log; whatever it had begun is undone first."""
    if current_suite().audited:
        close_uow()
        uow = current_uow()
        write(uow, _act(status))
        uow.commit()


def _is_own(permission: Permission) -> bool:
    """Tell whether only the asker's own can be seen, as most often without an office."""
    principal: Principal = g.principal
    own = (request.view_args or {}).get("member_id") == principal.member_id
    return (
        own
        or request.path.startswith(_OWN)
        or (
            not permission.without_office
            and all(grant.role == "member" for grant in principal.grants)
        )
    )


def _act(
    status: int, made: dict[str, Any] | None = None, words: Mapping[str, str] | None = None
) -> Act:
    principal: Principal = g.principal
    permission: Permission = g.permission
    named, new = list(_ids(request.view_args or {})), list(_ids(made or {}))
    subjects = [*named, *((name, value) for name, value in new if name in _MADE)]
    places = [*named, *_ids(request.args.to_dict()), *new]
    return Act(
        actor_id=principal.member_id,
        reach=[
            f"{grant.role} {grant.path}"
            for grant in principal.grants
            if grant.role in permission.roles
        ],
        action=f"{request.method} {_shown(str(request.url_rule))}",
        permission=permission.name,
        subject_ids=list(dict.fromkeys(value for _, value in subjects)),
        organisation_id=next((v for name, v in places if name == "organisation_id"), None),
        filters=_typed() | _legible(words or {}),
        request_id=g.request_id,
        status=status,
    )


def _typed() -> dict[str, str]:
    """Return the words of the address, and what a list was narrowed to."""
    path = {k: v for k, v in (request.view_args or {}).items() if isinstance(v, str)}
    query = {
        name: "" if name in _TYPED else value
        for name, value in request.args.items()
        if _NAME.fullmatch(name)
    }
    return _legible(query | path)


def _legible(words: Mapping[str, str]) -> dict[str, str]:
    return {name: value if _KEPT.fullmatch(value) else "…" for name, value in words.items()}


def _made(response: Response) -> dict[str, Any]:
    """Return the answer to a POST, which names what was made."""
    if request.method != "POST" or not response.is_json:
        return {}
    made = response.get_json(silent=True)
    return made if isinstance(made, dict) else {}


def _ids(values: dict[str, Any]) -> Iterator[tuple[str, UUID]]:
    for name, value in values.items():
        try:
            yield name, value if isinstance(value, UUID) else UUID(str(value))
        except ValueError:
            continue


@lru_cache(maxsize=1024)
def _shown(rule: str) -> str:
    """Return a rule as people read it: ``/claims/<claim_id>``."""
    return re.sub(r"<\w+:(\w+)>", r"<\1>", rule.removeprefix(_API))
