"""The bundle of a case: what the record holds of it, handed out as files that anybody can check offline.

Everything is read first, each reading logged; what then happens to it is `bundle_making`'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.bundle import About, Item, Object, dated
from evenhand.bundle import Reading as ReadBy
from evenhand.bundle.content import DOCUMENT
from evenhand.bundle.redaction import Redaction, parse_redaction
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.bundle_files import Copy, copies_of, left_out, object_of, restricted_among
from evenhand.web.cases.bundle_letters import Letters, letter_object, letters_for
from evenhand.web.cases.bundle_making import PURPOSE, Exported, Given, Target, check_possible, make_bundle
from evenhand.web.cases.models import Case, Party
from evenhand.web.cases.queries import files_of
from evenhand.web.notices.queries import letters_of_case
from evenhand.web.record.documents import instant
from evenhand.web.record.handing_out import Bare, HandedOut, erased_of, living_of, open_keys, open_records
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.readings import readings_of
from evenhand.web.record.reads import note_refusal

MESSAGES: Final = ("dialogue.recorded:sent", "party.recorded:sent")
"""Always closed: what a side and the office wrote to each other. Each side takes its own along (`own_bundle`)."""
_PROTECTED: Final = Redaction("protected identity", None, "submission.received", "sent")
_NOBODY: Final = Given()


@dataclass(frozen=True, slots=True)
class _Files:
    """What goes along beside the documents."""

    copies: Sequence[Copy]
    letters: Letters


def export_bundle(
    *,
    case: Case,
    to: Path,
    actor: ActorId,
    ctx: Context,
    redact: Sequence[Redaction] = (),
    zipped: bool = False,
    given: Given = _NOBODY,
    id: str | None = None,
) -> Exported:
    """Write the bundle of a case to a path that does not exist yet, and return what it holds.

    `redact`: fields that stay closed; one that fits nothing is refused. What is restricted, quarantined or would name
    a protected sender is left out and listed in `refused`. `given`: to whom and why; for an age recipient the bundle is
    one encrypted ZIP file. `id`: its name in the record (default: a fresh one). Raises UsageError (path, key of the
    log, a rule that fits nothing), KeyRefused, DoesNotHold where the record itself does not hold: then nothing was
    handed out. That a person without a seat asked is noted of the case, that somebody asked at all of each file that
    is restricted: both stand in the read log, and count as no reading.
    """
    target = Target(to, zipped=zipped or bool(given.age))
    check_possible(target, given)
    keys = keys_of(case)
    open_keys(living_of(keys), case=case.id, actor=actor, purpose=PURPOSE, ctx=ctx)  # refused before anything is read
    closed = _protected_parties(case)
    files, protected = list(files_of(case)), bool(closed)
    rules = [*redact, *map(parse_redaction, MESSAGES), *([_PROTECTED] if protected else [])]
    note_refusal(restricted_among(files), actor=actor, purpose=PURPOSE, ctx=ctx)
    copies = copies_of(files, protected=protected, actor=actor, ctx=ctx)  # a copy made now is an act as well
    acts = open_records(living_of(keys), case=case.id, actor=actor, purpose=PURPOSE, ctx=ctx)
    letters = letters_for(letters_of_case(case.id), closed=closed, actor=actor, ctx=ctx, purpose=PURPOSE)
    _check_rules(redact, acts)
    items = [_item(act, rules, _Files(copies, letters)) for act in acts]
    items = with_erased(items, erased_of(case.id, [file.id for file in files]))
    words = ("What the sender wrote: who they are is protected in this case.",) if protected else ()
    refused = (*left_out(files, protected=protected), *letters.left_out, *words)
    about = About(id or ctx.new_id(), f"Case {case.number}", instant(ctx.now()), _readings(keys), refused)
    return make_bundle(
        about, items, case=case, key=KeyId(case.key), how="redacted" if redact else "full", target=target, given=given,
        actor=actor, ctx=ctx,
    )  # fmt: skip


def keys_of(case: Case) -> list[KeyId]:
    """Return the keys under which a case lies: whoever exports it needs a seat on both."""
    return [KeyId(case.key), KeyId(case.submission.key)]


def _item(act: HandedOut, rules: Iterable[Redaction], files: _Files) -> Item:
    fields = [opening.field for opening in act.openings]
    closed = {field for field in fields if any(rule.fits(act.seq, act.type, field) for rule in rules)}
    words = dated(act.at)
    document = Object(DOCUMENT, act.document, "application/json", "document.json", words)
    about = json.loads(act.document)["obj"]
    found = (document, object_of(act, files.copies), letter_object(act, about, files.letters))
    return Item(
        index=act.seq, entry=act.entry, wording=words, withheld=tuple(sorted(closed)),
        opened=tuple(opening for opening in act.openings if opening.field not in closed),
        objects=tuple(each for each in found if each is not None and each.field not in closed),
    )  # fmt: skip


def with_erased(items: Sequence[Item], erased: Sequence[Bare]) -> list[Item]:
    """Return the items with those whose content was erased, and with the leaves that say so, in the order of the log.

    That there was such an entry, when and of what kind still holds; a verification says the rest.
    """
    known = {item.index for item in items}
    bare = [
        Item(each.seq, each.entry, f"{dated(each.at)}; its content was erased, as entry {each.eraser} says",
             erased=each.eraser)
        if each.eraser is not None
        else Item(each.seq, each.entry, dated(each.at), withheld=each.fields)
        for each in erased if each.seq not in known
    ]  # fmt: skip
    return sorted([*items, *bare], key=lambda item: item.index)


def _check_rules(rules: Sequence[Redaction], acts: Sequence[HandedOut]) -> None:
    """Refuse a rule that fits nothing: what somebody meant to close would stay open."""
    for rule in rules:
        if not any(rule.fits(act.seq, act.type, opening.field) for act in acts for opening in act.openings):
            mend = "Look at data/items.jsonl of a bundle without it."
            raise UsageError(f"nothing of this case is called {rule.text!r}", where="--redact", mend=mend)


def _protected_parties(case: Case) -> frozenset[str]:
    found = Party.objects.filter(case=case, protected_identity=True).exclude(side="respondent")
    return frozenset(found.values_list("id", flat=True))


def _readings(keys: Sequence[KeyId]) -> tuple[ReadBy, ...]:
    rows = readings_of(keys)
    return tuple(ReadBy(row.actor, row.purpose, instant(row.first), instant(row.last), row.texts) for row in rows)
