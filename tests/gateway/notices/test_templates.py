"""What WeChat is sent is in the shape it takes; a setting that makes no sense stops the start."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.demo.wechat_messages import _check_data
from services.gateway.notices.templates import read_templates

FIELDS = {"thing1": "title", "time2": "time", "thing3": "place"}
SETTING = json.dumps({"event_reminder": {"id": "abc", "fields": FIELDS, "page": "pages/inbox"}})


def test_words_go_where_the_setting_says() -> None:
    template = read_templates(SETTING)["event_reminder"]
    assert (template.id, template.page) == ("abc", "pages/inbox")
    data = {"title": "专题党课", "time": "2026-11-26T06:05:00+00:00", "place": "三楼会议室"}
    assert template.filled(data | {"note": "not asked for"}) == {
        "thing1": {"value": "专题党课"},
        "time2": {"value": "2026年11月26日 14:05"},
        "thing3": {"value": "三楼会议室"},
    }


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("长" * 20, "长" * 20),
        ("长" * 21, "长" * 19 + "…"),
        ("一行\n两行\t三", "一行 两行 三"),
        ("  ", "见小程序"),
        ("", "见小程序"),
    ],
)
def test_what_is_too_long_is_cut_and_what_is_empty_is_not_sent_empty(
    words: str, shown: str
) -> None:
    filled = read_templates(SETTING)["event_reminder"].filled({"title": words})
    assert filled["thing1"] == {"value": shown}


@given(title=st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))))
def test_whatever_a_title_is_wechat_takes_it(title: str) -> None:
    filled = read_templates(SETTING)["event_reminder"].filled(
        {"title": title, "time": "2026-01-01T00:00:00+08:00"}
    )
    _check_data(tuple(FIELDS), filled)


def test_without_a_setting_there_are_none() -> None:
    assert read_templates("{}") == {}


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "[]",
        "no json",
        '{"greeting": {"id": "x", "fields": {}}}',
        '{"event_reminder": {"fields": {}}}',
        '{"event_reminder": {"id": "x"}}',
        '{"event_reminder": {"id": "x", "fields": {"thing1": "salary"}}}',
        '{"event_reminder": {"id": "x", "fields": {"thing1": "time"}}}',
        '{"event_reminder": {"id": "x", "fields": {"time1": "title"}}}',
        '{"event_reminder": {"id": "x", "fields": {"phrase1": "title"}}}',
        '{"event_reminder": {"id": "x", "fields": {"thing": "title"}}}',
    ],
)
def test_a_setting_that_makes_no_sense_is_told(setting: str) -> None:
    with pytest.raises(ValueError, match="WECHAT_TEMPLATES"):
        read_templates(setting)
