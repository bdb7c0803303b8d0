"""A question with a few answers: one sentence for whoever gives none, and one form's answers are not another's."""

from __future__ import annotations

import pytest
from django import forms
from django.utils.translation import override

from evenhand.web.ui.choices import offer, one_of


class Asked(forms.Form):
    colour = one_of("Which colour?", [("red", "Red"), ("blue", "Blue")], missing="Choose a colour.", hint="Any.")
    shape = one_of("Which shape?")

    def __init__(self, data: dict[str, str] | None = None, *, shapes: tuple[str, ...] = ("ring",)) -> None:
        super().__init__(data)
        offer(self, "shape", ((shape, shape) for shape in shapes))


@pytest.mark.parametrize("sent", [{}, {"colour": "", "shape": ""}, {"colour": "green", "shape": "cube"}])
def test_no_answer_and_one_that_was_not_offered_are_answered_alike(sent: dict[str, str]) -> None:
    assert Asked(sent).errors == {"colour": ["Choose a colour."], "shape": ["Choose one."]}
    with override("de"):
        assert Asked(sent).errors["shape"] == ["Wählen Sie eines."]


def test_an_answer_is_taken_and_the_hint_shown() -> None:
    asked = Asked({"colour": "blue", "shape": "ring"})
    assert asked.is_valid() and asked.cleaned_data == {"colour": "blue", "shape": "ring"}
    assert asked["colour"].help_text == "Any." and asked["colour"].subwidgets[0].data["type"] == "radio"


def test_what_one_form_offers_another_does_not() -> None:
    first, second = Asked(shapes=("ring", "cube")), Asked(shapes=("ball",))
    assert [value for value, _ in first.fields["shape"].choices] == ["ring", "cube"]
    assert [value for value, _ in second.fields["shape"].choices] == ["ball"]


def test_only_a_question_with_answers_is_offered_any() -> None:
    form = forms.Form()
    form.fields["name"] = forms.CharField()
    with pytest.raises(AssertionError, match="name"):
        offer(form, "name", [("a", "A")])
