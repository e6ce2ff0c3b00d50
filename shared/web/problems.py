"""The one rendering of everything that goes wrong: RFC 9457 problem documents."""

import logging
from http import HTTPStatus
from typing import Any, Final

import orjson
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, g, request
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from shared.errors import Invalid, Problem, Unavailable
from shared.text import Text

_log = logging.getLogger(__name__)

_TEXTS: Final = {
    400: ("bad_request", Text("请求无法识别，请检查后重试。", "The request cannot be understood.")),
    404: ("not_found", Text("没有找到，请检查地址。", "Nothing is here; check the address.")),
    405: ("method_not_allowed", Text("此地址不支持该操作。", "This address has no such method.")),
    413: ("too_large", Text("内容过大，请拆分后重试。", "Too large; split it and send again.")),
    415: (
        "media_type_unsupported",
        Text("请以 JSON 提交。", "Send the body as JSON (Content-Type: application/json)."),
    ),
    422: (
        "fields_invalid",
        Text("有字段填写不正确，请按提示修改。", "Some fields are not right; see `errors`."),
    ),
}
_INTERNAL = (
    "internal_error",
    Text(
        "服务出现意外，请稍后重试；如仍不行，请把请求编号告诉管理员。",
        "Something unexpected happened; try again, and if it stays, report the request id.",
    ),
)


def language() -> str:
    return request.accept_languages.best_match(["zh", "en"], default="zh") or "zh"


def render(problem: Problem) -> Response:
    """Return the problem document for an error, in the language the caller prefers."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.text.in_language(language()),
        "request_id": g.get("request_id", ""),
        **problem.extra,
    }
    # Validation errors inside lists are keyed by position, a number.
    body = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)
    response = Response(body, problem.status)
    response.headers["Content-Type"] = "application/problem+json"
    response.headers["Content-Language"] = language()
    response.headers.update(problem.headers)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    code, text = _TEXTS.get(status, (f"http_{status}", Text("请求未能完成。", "Not possible.")))
    problem = Problem(code, text, status=status)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        problem.headers["Allow"] = error.get_response().headers.get("Allow", "")
    return render(problem)


def _api_error(error: HTTPError) -> Response:
    """Render what APIFlask raises while it reads the request."""
    code, text = _TEXTS.get(error.status_code, _TEXTS[400])
    extra = {"errors": error.detail} if error.detail else None
    return render(Problem(code, text, status=error.status_code, extra=extra))


def _unavailable(error: Exception) -> Response:
    _log.warning("a server is away: %s", error)
    return render(
        Unavailable(
            "temporarily_unavailable",
            Text(
                "服务暂时不可用，请几秒后重试，已提交的内容不会重复。",
                "Temporarily unavailable; send the same request again in a few seconds.",
            ),
            headers={"Retry-After": "2"},
        )
    )


def _bad_value(error: DataError) -> Response:
    # A value that passed the schema but that PostgreSQL cannot hold (NUL in a text, a year 10000).
    _log.info("a value was refused by the database: %s", type(error.orig).__name__)
    return render(
        Invalid(
            "value_invalid",
            Text("有内容无法保存，请检查特殊字符和数值。", "A value cannot be stored; check it."),
        )
    )


def _internal(_error: Exception) -> Response:
    _log.exception("unexpected error in request %s", g.get("request_id"))
    code, text = _INTERNAL
    return render(Problem(code, text, status=500))


def install(app: APIFlask) -> None:
    """Make every error of the application come out as a problem document."""
    app.register_error_handler(Problem, render)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(RedisError, _unavailable)
    app.register_error_handler(DataError, _bad_value)
    app.register_error_handler(Exception, _internal)
    app.error_processor(_api_error)
