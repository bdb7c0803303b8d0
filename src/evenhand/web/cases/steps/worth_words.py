"""What was found in a file, in words for whoever handles it: never more than the record supports (EVIDENCE §0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.evidence.grades import Route, grade_of_capture, provenance, wording_forms, wording_values
from evenhand.evidence.mail import NOTE_WORDS, State
from evenhand.evidence.pictures import TAKERS_QUESTIONS
from evenhand.evidence.uploads import Kind
from evenhand.web.cases.models import Upload
from evenhand.web.cases.steps.worth import found_in, recorded_of, route_of
from evenhand.web.record.ids import ActorId

PICTURES: Final = frozenset({Kind.PNG, Kind.JPEG, Kind.WEBP})
KINDS: Final[Mapping[Kind, str | Promise]] = {
    Kind.PNG: gettext_lazy("Picture (PNG)"),
    Kind.JPEG: gettext_lazy("Picture (JPEG)"),
    Kind.WEBP: gettext_lazy("Picture (WebP)"),
    Kind.PDF: gettext_lazy("PDF"),
    Kind.TEXT: gettext_lazy("Plain text"),
    Kind.MAIL: gettext_lazy("E-mail"),
    Kind.WACZ: gettext_lazy("Web archive (WACZ)"),
    Kind.WARC: gettext_lazy("Web archive (WARC)"),
    Kind.EXPORT: gettext_lazy("Archive, such as an export from a platform (ZIP)"),
    Kind.LINK: gettext_lazy("Link"),
}
_SIGNERS: Final[Mapping[str, str | Promise]] = {
    "nobody": gettext_lazy("Nobody signed this web archive: whoever made it could have changed it before."),
    "anonymous": gettext_lazy("This web archive was signed with a key; whose key that is we do not know."),
    "domain": gettext_lazy("This web archive was signed in the name of the domain below; we did not check who it is."),
}


_STANDS: Final = frozenset({State.PASS, State.PARTIAL})
"""The states of a signature that stands for its domain, if only for a part of the text."""


def worth_lines(upload: Upload, found: Mapping[str, Any], route: Route) -> list[str]:
    """Return what can be said of a released file, one sentence each, its grade last."""
    kind = Kind(upload.kind)
    lines = mail_lines(found) if kind is Kind.MAIL else _archive_lines(found) if "signer" in found else []
    if kind is Kind.LINK:
        lines = [route.link, _("Not captured: nothing was fetched, and nobody vouches for what stands there.")]
    grade = grade_of_capture(route)
    said = {"grade": grade.value, "origin": provenance(route).value, "words": _(grade.words)}
    return [*lines, _("By itself it is worth %(grade)s (%(origin)s): %(words)s.") % said]


def lines_of(upload: Upload, actor: ActorId, ctx: Context) -> list[str]:
    """Return what can be said of a released file, from what was found in it and what was recorded of it: readings."""
    found = found_in(upload, actor=actor, ctx=ctx)
    return worth_lines(upload, found, route_of(upload, found, **recorded_of(upload, actor=actor, ctx=ctx)))


def wording_line(route: Route, received_at: datetime) -> str:
    """Return the wording of a grade in the reader's language: what may be said of the file, and no more."""
    first, since = wording_forms(route)
    return f"{_(first) % wording_values(route, received_at)}; {_(since)}."


def takers_questions() -> list[str]:
    """Return what whoever took a picture is asked."""
    return [_(words) for _name, words in TAKERS_QUESTIONS]


def mail_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what a mail's signatures say, one sentence each; none where nothing was judged."""
    if not found:
        return []
    state = State(found["state"])
    lines = [_("Signature: %(words)s.") % {"words": _(state.words)}]
    if state not in _STANDS:  # whose it is and how old its key was mean nothing then; older verdicts say both
        claims = _("It claims to be of the domain %(domain)s, which it does not show.")
        lines += [claims % {"domain": found["domain"]}] if found["domain"] else []
        return lines if state is State.PERMERROR else [*lines, *_notes(found)]
    if found["domain"]:
        own = _("It stands for the domain %(domain)s, the sender’s own. It does not say which person wrote it.")
        other = _("It stands for the domain %(domain)s, which is not the sender’s.")
        lines.append((own if found["aligned"] else other) % {"domain": found["domain"]})
    if (days := found["days"]) is not None and abs(days) > 1:
        said = _(
            "Days from the date the mail bears to when its key was fetched: %(days)d. Old keys become known to others."
        )
        lines.append(said % {"days": days})
    return [*lines, *_notes(found)]


def _notes(found: Mapping[str, Any]) -> list[str]:
    return [f"{_(NOTE_WORDS[note])}." for note in found["notes"]]


def _archive_lines(found: Mapping[str, Any]) -> list[str]:
    lines = [str(_SIGNERS[found["signer"]])]
    if name := found.get("domain") or found.get("key"):
        lines.append(str(name))
    lines.append(_("Pages and parts in it, each checked against its digest: %(n)s.") % {"n": found["records"]})
    return lines
