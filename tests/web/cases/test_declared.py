"""Beside every decision stands the question whether anybody without a seat spoke to whoever takes it (INV-44)."""

from __future__ import annotations

import pytest
from django import forms

from evenhand.codes.model import Rung
from evenhand.web.cases.steps.assess.dismiss import DismissForm
from evenhand.web.cases.steps.charge.decide import OpenProspectForm
from evenhand.web.cases.steps.decide.review import ReviewForm
from evenhand.web.cases.steps.declared import ContactDeclared
from evenhand.web.cases.steps.panel.findings import VoteForm
from evenhand.web.cases.steps.panel.outcome import RungForm

FORMS = {
    "dismissal": (DismissForm, {}), "prospect": (OpenProspectForm, {}), "vote": (VoteForm, {"allegations": []}),
    "what follows": (RungForm, {"most": Rung.EXPULSION}), "review": (ReviewForm, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_every_decision_asks_and_a_contact_needs_words(name: str) -> None:
    kind, known = FORMS[name]
    assert issubclass(kind, ContactDeclared)

    def said(**sent: str) -> forms.Form:
        return kind(sent, **known)

    for silent in (said(), said(contact="perhaps")):
        assert silent.errors["contact"] == ["Answer this; nothing is decided without it."]
    assert said(contact="some").errors["contact_words"] == ["Say who it was and what about."]
    assert "contact_words" not in said(contact="some", contact_words="A leader rang.").errors
    assert "contact" not in said(contact="none").errors


def test_what_was_said_counts_only_with_a_contact() -> None:
    for sent, told in (
        ({"contact": "some", "contact_words": "A leader rang."}, "A leader rang."),
        ({"contact": "none", "contact_words": "Typed, then thought better of."}, ""),
    ):
        form = ContactDeclared(sent)
        assert form.is_valid() and form.declared() == told


def test_the_decision_is_asked_before_the_contact_where_it_always_was() -> None:
    assert list(OpenProspectForm().fields) == ["decision", "reason", "contact", "contact_words"]
    assert list(ReviewForm().fields) == ["verdict", "contact", "contact_words", "reason"]
    assert list(DismissForm().fields) == ["choice", "reason", "contact", "contact_words"]
