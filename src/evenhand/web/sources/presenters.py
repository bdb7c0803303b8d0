"""What the import pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.corpus.telling import Chapter, Facts, story
from evenhand.posts.said import unpacked
from evenhand.posts.telling import is_known, remark
from evenhand.web.record.ids import ActorId
from evenhand.web.sources.keeping import Kept
from evenhand.web.sources.models import Import
from evenhand.web.sources.queries import blanked_copy, past_imports
from evenhand.web.sources.waiting import Waiting, of
from evenhand.web.ui.counting import grouped
from evenhand.web.vault.queries import HoldLine
from evenhand.web.vault.words import REASONS, Reason

_SHOWN: Final = 20
STEPS: Final[dict[str, str | Promise]] = {
    "": gettext_lazy("on its way"),
    "waiting": gettext_lazy("waits for the worker"),
    "running": gettext_lazy("is being read"),
    "question": gettext_lazy("has a question for you"),
    "done": gettext_lazy("read"),
    "failed": gettext_lazy("cannot be used as it is"),
}
QUESTIONS: Final[dict[str, str | Promise]] = {
    "basis": gettext_lazy("This is bulk data about other people. On which lawful basis may it come in?"),
    "format": gettext_lazy("Two formats fit this file. Which is it?"),
    "order": gettext_lazy("Its dates can be read in two ways. Which comes first?"),
    "columns": gettext_lazy("This table is not of a known form. Which column is what?"),
}


@dataclass(frozen=True, slots=True)
class Mine:
    """One upload of the person who looks."""

    id: str
    name: str
    step: str
    begun: datetime


@dataclass(frozen=True, slots=True)
class UploadPage:
    """One upload: where it stands, the question if there is one, the story once it was read."""

    id: str
    name: str
    step: str
    step_words: str
    progress: str
    running: bool
    what: str
    spoken: bool  # whether `what` is in the language of the page
    question: str
    rows: list[list[str]]
    columns: list[str]
    chapters: list[Chapter]


def mine(actor: ActorId) -> list[Mine]:
    """Return what a person brought in lately, newest first."""
    return [
        Mine(each.id, each.name, str(STEPS[each.read("state").get("step", "")]), each.begun)
        for each in of(actor)[:_SHOWN]
    ]


def past() -> list[list[object]]:
    """Return the last imports of everybody as rows of a table."""
    return [
        [
            date_format(row.imported_at), row.source_format, grouped(row.posts), grouped(row.merged),
            grouped(row.refused), _copy(row),
        ]
        for row in past_imports(_SHOWN)
    ]  # fmt: skip


def _copy(row: Import) -> str:
    """Return in which form the file of an import is held."""
    if not row.key_id:
        return _("none any more")
    copy = blanked_copy(row)
    if copy is None:
        return _("as it came")
    if not copy.refs:
        words = _("a copy with its erased records blanked: %(count)s (entry %(leaf)d of the log, as it was taken in)")
        return words % {"count": grouped(copy.blanked), "leaf": copy.leaf}
    words = _("a copy with its erased records blanked: %(count)s (entry %(leaf)d of the log, about entry %(refs)s)")
    return words % {"count": grouped(copy.blanked), "leaf": copy.leaf, "refs": ", ".join(map(str, copy.refs))}


def past_head() -> list[str]:
    """Return the heads of that table."""
    return [_("Day"), _("Read as"), _("New posts"), _("Held before"), _("Not taken"), _("Sealed copy")]


def upload_page(waiting: Waiting) -> UploadPage:
    """Return what the page of one upload shows."""
    state = waiting.read("state")
    step = state.get("step", "")
    facts = waiting.read("facts")
    said = [unpacked(part) for part in (state.get("what", ""), state.get("mend", "")) if part]
    return UploadPage(
        id=waiting.id,
        name=waiting.name,
        step=step,
        step_words=str(STEPS[step]),
        progress=_progress(waiting, state),
        running=step in {"waiting", "running"},
        what=" ".join(_sentence(remark(part, _)) for part in said),
        spoken=all(map(is_known, said)),
        question=str(QUESTIONS[state["asks"]]) if step == "question" else "",
        rows=state.get("rows", []),
        columns=state.get("shown", []),
        chapters=story(Facts(**facts), _) if step == "done" and facts else [],
    )


def _sentence(words: str) -> str:
    """Return words as a sentence; a reason code before them stays as it is."""
    begun = words if "_" in words.partition(" ")[0] else words[:1].upper() + words[1:]
    return begun if begun.endswith((".", "?", "!", ":")) else f"{begun}."


def _progress(waiting: Waiting, state: dict[str, Any]) -> str:
    if not state:
        share = {"received": grouped(waiting.received // 1024), "size": grouped(waiting.size // 1024)}
        return _("%(received)s of %(size)s kB have arrived. Choose the same file again, and the rest follows.") % share
    if state["step"] == "running" and "read" in state:
        return _("%(posts)s posts read, about %(share)s %% of the file.") % {
            "posts": grouped(state["read"]), "share": round(100 * state["share"]),
        }  # fmt: skip
    return ""


KEPT_WORDS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "copies": (
        gettext_lazy("Sealed copies of the files that came in"),
        gettext_lazy("30 days, then their digest and their counts alone"),
    ),
    "texts": (gettext_lazy("Posts with their text"), gettext_lazy("30 days, then their bare facts")),
    "bare": (
        gettext_lazy("Posts without their text, with keyed hashes of who wrote them"),
        gettext_lazy("90 days from their import, then nothing"),
    ),
    "uploads": (
        gettext_lazy("Files on their way in, and what became of them"),
        gettext_lazy("a day; 30 days for what became of a file that was read"),
    ),
    "barred": (
        gettext_lazy("Keyed hashes of what was erased"),
        gettext_lazy("for good, so that it never comes in again"),
    ),
    "pictures": (
        gettext_lazy("Pictures that protected people shared"),
        gettext_lazy("until two people in two roles erase them"),
    ),
}


_HELD: Final[dict[str, str | Promise]] = {
    "case": gettext_lazy("a case"),
    "object": gettext_lazy("a file of a case"),
    "source": gettext_lazy("a file that came in"),
}


def kept_head() -> list[str]:
    """Return the head of the table of what is kept."""
    return [_("What"), _("How many"), _("Since"), _("The next goes"), _("Held longer"), _("The rule")]


def kept_rows(lines: list[Kept]) -> list[list[str]]:
    """Return what is kept as the page's table has it."""
    return [
        [str(KEPT_WORDS[line.what][0]), grouped(line.count), _day(line.oldest), _day(line.goes), grouped(line.held),
         str(KEPT_WORDS[line.what][1])]
        for line in lines
    ]  # fmt: skip


def hold_rows(lines: list[HoldLine]) -> list[list[str]]:
    """Return the holds in force: of what, why, when somebody looks at it again."""
    return [[str(_HELD[line.kind]), str(REASONS[Reason(line.reason)]), _day(line.review_on)] for line in lines]


def _day(at: date | None) -> str:
    return date_format(at, "DATE_FORMAT") if at else "–"
