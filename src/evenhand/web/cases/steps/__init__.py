"""One module per step of the procedure: guard, action, form, view and presenter, its template beside the others."""

from __future__ import annotations

from importlib import import_module
from typing import Final

# In the order in which a case passes them; the case page lists them so.
MODULES: Final = (
    "acknowledge",
    "triage",
    "scope",
    "assess.blind",
    "assess.items",
    "assess.route",
    "assess.ask",
    "assess.dismiss",
    "identity",
    "investigate.allege",
    "investigate.begin",
    "charge.facts",
    "charge.decide",
    "charge.formal",
    "service",
    "reply",
    "panel.convene",
    "challenge",
    "panel.hearing",
    "panel.findings",
    "panel.outcome",
    "decide.reasons_page",
    "decide.review",
    "delay",
    "dialogue_page",
    "withdraw",
    "language",
    "new_code",
    "files_page",
    "evidence_page",
    "cover_page",
    "bundle_page",
    "contact",
    "recuse",
)


def load() -> None:
    """Import every step, so that each registers its page; their order is the list's, whoever imported one before."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
    import_module(f"{__name__}.base").arrange([f"{__name__}.{name}" for name in MODULES])
