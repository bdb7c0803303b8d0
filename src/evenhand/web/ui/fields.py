"""What a template must know about one form field, worked out from Django's bound field."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.forms import BoundField, Form


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, radio or checkbox field."""

    id: str
    value: str
    text: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend, with the address of its field on the page ("" for the whole form)."""

    text: str
    href: str


def kind_of(widget: forms.Widget) -> str:
    """Return the component that shows a widget."""
    # Order matters: CheckboxSelectMultiple is a RadioSelect, RadioSelect is no Select.
    kinds: tuple[tuple[type[forms.Widget], str], ...] = (
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.Select, "select"),
        (forms.CheckboxInput, "checkbox"),
        (forms.Textarea, "textarea"),
    )
    return next((kind for known, kind in kinds if isinstance(widget, known)), "input")


def described(bound: BoundField, *, label: str, hint: str) -> dict[str, Any]:
    """Return the context of ui/parts/field.html for a bound field."""
    widget = bound.field.widget
    errors = [str(error) for error in bound.errors]
    shown_hint = hint or str(bound.help_text or "")
    notes = [f"{bound.auto_id}-hint"] * bool(shown_hint) + [f"{bound.auto_id}-error"] * bool(errors)
    kind = kind_of(widget)
    return {
        "kind": kind,
        "id": bound.auto_id,
        "name": bound.html_name,
        "label": label or str(bound.label or ""),
        "hint": shown_hint,
        "errors": errors,
        "describedby": " ".join(notes),
        "input_type": _input_type(kind, widget),
        "value": _value(bound),
        "checked": bool(bound.value()),
        "required": bound.field.required,
        "options": _options(bound) if kind in {"checkboxes", "radios", "select"} else [],
    }


def _input_type(kind: str, widget: forms.Widget) -> str:
    choice = {"checkboxes": "checkbox", "radios": "radio"}.get(kind)
    return choice or str(getattr(widget, "input_type", None) or "text")


def _value(bound: BoundField) -> str:
    """Return what to show again; a password is never sent back to the page."""
    value = bound.value()
    if isinstance(bound.field.widget, forms.PasswordInput) or value is None:
        return ""
    return str(value)


def _options(bound: BoundField) -> list[Option]:
    value = bound.value()
    chosen = {str(v) for v in value} if isinstance(value, list | tuple | set) else {str(value)}
    choices = getattr(bound.field, "choices", ())
    return [
        Option(f"{bound.auto_id}_{n}", str(key), str(text), str(key) in chosen) for n, (key, text) in enumerate(choices)
    ]


def status_of(form: Form) -> HTTPStatus:
    """Return the status of the page that shows a form: 422 where what was sent has to be mended."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK


def faults_of(form: Form) -> list[Fault]:
    """Return every fault of a bound form, in the order of its fields, the whole form's first."""
    if not form.is_bound:
        return []
    whole = [Fault(str(text), "") for text in form.non_field_errors()]
    return whole + [fault for bound in form for fault in _faults_at(bound)]


def _faults_at(bound: BoundField) -> list[Fault]:
    # A group of choices has no element of its own id: the link goes to its first choice.
    grouped = kind_of(bound.field.widget) in {"checkboxes", "radios"}
    target = f"{bound.auto_id}_0" if grouped else bound.auto_id
    return [Fault(str(text), f"#{target}") for text in bound.errors]
