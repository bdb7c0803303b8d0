"""The components: what they print, that they escape, and that fields say what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from evenhand.web.ui.templatetags import ui

HOSTILE = "<script>alert(1)</script>\"'&"


def shown(template: str, **context: object) -> str:
    return Template("{% load ui %}" + template).render(Context(context))


class Answers(forms.Form):
    name = forms.CharField(label="Name", help_text="As you write it")
    word = forms.CharField(label="Word", widget=forms.PasswordInput)
    why = forms.CharField(label="Why", widget=forms.Textarea)
    one = forms.ChoiceField(label="One", choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)
    many = forms.MultipleChoiceField(
        label="Many", choices=[("a", "First"), ("b", "Second")], widget=forms.CheckboxSelectMultiple
    )
    pick = forms.ChoiceField(label="Pick", choices=[("a", "First"), ("b", "Second")])
    sure = forms.BooleanField(label="Sure")


@pytest.mark.parametrize(
    "template",
    [
        "{% button x %}",
        "{% button 'y' href=x %}",
        "{% back_link '/' x %}",
        "{% tag x %}",
        "{% notice title=x %}{{ x }}{% endnotice %}",
        "{% panel title=x %}{{ x }}{% endpanel %}",
        "{% inset %}{{ x }}{% endinset %}",
        "{% details summary=x %}{{ x }}{% enddetails %}",
        "{% veil summary=x %}{{ x }}{% endveil %}",
        "{% summary_list rows %}",
        "{% table x head rows %}",
        "{% breadcrumbs rows %}",
    ],
)
def test_whatever_is_handed_in_is_escaped(template):
    page = shown(template, x=HOSTILE, rows=[(HOSTILE, HOSTILE)], head=[HOSTILE])
    assert "<script" not in page
    assert "&lt;script" in page


@given(st.text())
def test_a_veil_keeps_any_text_inside_itself(text):
    page = shown("{% veil summary='Show' %}{{ text }}{% endveil %}", text=text)
    assert page.count("<details") == page.count("</details>") == 1
    assert "open" not in page.split("<summary>")[0]


@pytest.mark.parametrize("name", list(Answers.base_fields))
def test_an_empty_required_field_says_so_beside_itself_and_on_top(name):
    form = Answers({})
    field = shown("{% field form." + name + " %}", form=form)
    assert "This field is required." in field
    assert f'id="id_{name}-error"' in field
    assert "eh-form-group--error" in field
    assert f'href="#id_{name}' in shown("{% error_summary form %}", form=form)


@pytest.mark.parametrize("name", list(Answers.base_fields))
def test_the_summary_leads_to_something_that_is_there(name):
    form = Answers({})
    summary = shown("{% error_summary form %}", form=form)
    fields = "".join(shown("{% field form." + n + " %}", form=form) for n in form.fields)
    target = next(part.split('"')[0] for part in summary.split('href="#')[1:] if part.startswith(f"id_{name}"))
    assert f'id="{target}"' in fields


def test_a_form_not_yet_sent_has_no_faults():
    assert shown("{% error_summary form %}", form=Answers()).strip() == ""
    assert "eh-error-message" not in shown("{% field form.name %}", form=Answers())


def test_what_was_typed_is_kept_but_never_a_password():
    form = Answers(
        {"name": "kept", "word": "secret", "why": "because", "one": "b", "many": ["a"], "pick": "b", "sure": "on"}
    )
    page = "".join(shown("{% field form." + n + " %}", form=form) for n in form.fields)
    assert 'value="kept"' in page and ">because</textarea>" in page and "secret" not in page
    assert page.count(" checked") == 3 and page.count(" selected") == 1


def test_a_hint_and_an_error_are_both_read_out():
    assert 'aria-describedby="id_name-hint id_name-error"' in shown("{% field form.name %}", form=Answers({}))


def test_a_time_always_carries_its_zone():
    summer = datetime(2026, 7, 1, 14, 5, tzinfo=timezone(timedelta(hours=2)))
    page = shown("{% moment when %}", when=summer)
    assert 'datetime="2026-07-01T12:05:00Z"' in page and "1 July 2026, 12:05" in page and "UTC" in page


def test_pages_lead_to_those_before_and_after():
    pages = Paginator(range(30), 10)
    middle = shown("{% pagination page '/desk?page=' %}", page=pages.page(2))
    assert 'href="/desk?page=1"' in middle and 'href="/desk?page=3"' in middle and "Page 2 of 3" in middle
    assert 'rel="prev"' not in shown("{% pagination page '/desk?page=' %}", page=pages.page(1))
    assert shown("{% pagination page '/' %}", page=Paginator([1], 10).page(1)).strip() == ""


def test_every_component_is_named_in_the_list_on_top():
    for name in ui.register.tags:
        assert "{% " + name in (ui.__doc__ or ""), name


def test_a_moment_in_utc_is_itself():
    assert "09:00" in shown("{% moment when %}", when=datetime(2026, 3, 2, 9, tzinfo=UTC))


def test_a_deadline_is_shown_where_the_reader_s_own_day_ends():
    page = shown("{% moment when zone='America/New_York' %}", when=datetime(2026, 3, 3, 4, 59, tzinfo=UTC))
    assert "2 March 2026, 23:59" in page and "New York time" in page and 'datetime="2026-03-03T04:59:00Z"' in page
    assert "UTC" in shown("{% moment when zone='UTC' %}", when=datetime(2026, 3, 3, tzinfo=UTC))
