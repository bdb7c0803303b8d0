"""The page on which two people switch a refit on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import localize
from django.utils.translation import gettext as _

from evenhand.errors import UsageError
from evenhand.screening.local import load_local
from evenhand.web.desk.presenters.cards import category_words
from evenhand.web.desk.refits import Use, models_folder, packages, proposed, refit_in_use
from evenhand.web.home import Home


@dataclass(frozen=True, slots=True)
class Refit:
    """One refit in words: what it was made from and how it did on what it had not seen.

    `mine`: proposed by the reader.
    """

    id: str
    package: str
    since: datetime | None
    mine: bool
    report: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What is in use, what waits for a second person, and which files could be proposed."""

    used: Refit | None
    proposed: tuple[Refit, ...]
    files: tuple[Refit, ...]


def refits_page(home: Home, actor: str) -> Page:
    """Return the page; two queries and one small file per refit."""
    used, waiting = refit_in_use(), proposed()
    taken = {use.package for use in [*waiting, *([used] if used else [])]}
    return Page(
        used=_refit(used, home, actor, used.approved_at) if used else None,
        proposed=tuple(_refit(use, home, actor, use.proposed_at) for use in waiting),
        files=tuple(
            Refit("", name, None, False, report_words(home, name)) for name in packages(home) if name not in taken
        ),
    )


def _refit(use: Use, home: Home, actor: str, since: datetime | None) -> Refit:
    return Refit(use.id, use.package, since, use.proposed_by == actor, report_words(home, use.package))


def report_words(home: Home, package: str) -> tuple[str, ...]:
    """Return what the report of a refit says, a sentence each; why it cannot be read where it cannot."""
    try:
        report = load_local(models_folder(home), package).report
    except UsageError as refusal:
        return (str(refusal),)
    lines = [
        _("Made from %(learnt)s posts, tried on %(held)s others; %(people)s people labelled them.")
        % {"learnt": report["learnt_from"], "held": report["held_out"], "people": report["labellers"]},
        _("Swap test: %(same)s %% of %(pairs)s pairs keep their flags; mean score gap %(gap)s.")
        % {"same": localize(round(100 * report["swaps"]["same"], 1)), "pairs": report["swaps"]["pairs"],
           "gap": localize(report["swaps"]["gap"])},
    ]  # fmt: skip
    for head, check in report["checks"].items():
        if "before" in check:
            said = {"head": category_words(head), "n": check["after"]["posts"], "before": check["before"]["wrong"],
                    "after": check["after"]["wrong"]}  # fmt: skip
            lines.append(_("%(head)s: of %(n)s held-out posts %(before)s wrong before, %(after)s after.") % said)
    return tuple(lines)
