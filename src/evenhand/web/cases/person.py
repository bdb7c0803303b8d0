"""Erasing one person: their cases on either side, their posts, their files, what was sent to them, their account.

What names them is turned into the keyed look-ups of cases; nothing else is ever asked of those. What cannot go stays
and is named: a case that is open or held, a post in a held file, a post that somebody else's case is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.corpus.kept_out import author_name
from evenhand.errors import UsageError
from evenhand.web.cases.erasing import erase_case
from evenhand.web.cases.holding import running_among
from evenhand.web.cases.keyed import keyed, name_form
from evenhand.web.cases.models import Case, Party, SubmissionItem
from evenhand.web.people.actions import close_account
from evenhand.web.people.models import User
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.journal import empty_journal
from evenhand.web.sources.retention import posts_by, posts_held
from evenhand.web.sources.suppression import keep_out
from evenhand.web.vault.erasing import finished
from evenhand.web.vault.holds import Held, files_of, holds_on
from evenhand.web.vault.people import Person, Stays, finish_person, person_of, signed_undone
from evenhand.web.vault.words import Why

_PURPOSE: Final = "erase a person"


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a person: numbers of cases that could go, of those not closed, of those held; how many posts."""

    closed: tuple[str, ...]
    others: tuple[str, ...]
    posts: int
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of it: the cases that went, what stays and why, and who has a bundle: (when, for whom, how).

    `copies`: what became of the sealed copies of files that held their posts, in sentences.
    """

    cases: tuple[str, ...]
    posts: int
    stays: tuple[Stays, ...]
    recipients: tuple[tuple[str, str, str], ...]
    copies: tuple[str, ...]


def find_person(person: Person) -> Found:
    """Return what there is of a person, by number; opens nothing."""
    cases = _cases_of(person)
    over = [case for case in cases if not running_among([case.id])]
    held = [case.number for case in over if holds_on(cases=[case.id], objects=files_of(case.id))]
    others = tuple(case.number for case in cases if case not in over)
    closed = tuple(case.number for case in over if case.number not in held)
    return Found(closed, others, len(posts_by(person.accounts)), tuple(held))


def erase_person(request: str, ctx: Context) -> Gone:
    """Do what two people signed, and return what went and what stays. Whatever cuts it short, doing it again goes on.

    Raises DoesNotHold where the record itself does not hold, Busy during an import.
    """
    found = signed_undone(request)
    if not found:
        raise UsageError(_("This request is done, or nobody signed it."))
    row = found[0]
    person = person_of(request, actor=SYSTEM, ctx=ctx)
    went: list[str] = []
    stays: list[Stays] = []
    recipients: list[tuple[str, str, str]] = []
    copies: list[str] = []
    for case in _cases_of(person):
        try:
            done = erase_case(case, why=row.why, first=row.first, second=row.second, ctx=ctx)
            recipients += done.recipients
            copies += done.erased.copies
            went.append(case.number)
        except Held:
            stays.append(("case", case.number, "held"))
        except UsageError:
            stays.append(("case", case.number, "open" if running_among([case.id]) else "refused"))
    posts = posts_by(person.accounts)
    kept = posts_held(posts)
    stays += [("posts", str(len(kept)), "held")] if kept else []
    stays += _elsewhere(posts - kept)
    stays += _close(person, ctx)
    if row.why is Why.REQUEST:  # asked for by the person: what they wrote does not come in again either
        keep_out({author_name(*_parts(account)) for account in person.accounts}, ctx)
    empty_journal()  # before it is called done: cut short here, going on does it again
    last = finish_person(request=request, posts=posts - kept, stays=stays, unfind=lambda: _unfind(person, ctx), ctx=ctx)
    empty_journal()
    return Gone(tuple(went), len(posts - kept), tuple(stays), tuple(recipients), (*copies, *last.copies))


def called(what: str, which: str) -> str:
    """Return how lists call what stays: an account by the name its person signs in with, while it has one."""
    if what != "account":
        return which
    return User.objects.filter(pk=which).values_list("username", flat=True).first() or which


def erase_asked(payload: dict[str, Any], ctx: Context) -> None:
    """Do one signed request; the worker calls this. One that is done already is nothing to do."""
    if signed_undone(payload["request"]):
        erase_person(payload["request"], ctx)


def finish_people(ctx: Context) -> int:
    """Go on with every signed request that was cut short and return how many. Due work, idempotent."""
    asked = signed_undone()
    for each in asked:
        erase_person(each.id, ctx)
    return len(asked)


def _parts(account: str) -> tuple[str, str]:
    platform, _, name = account.partition(":")
    return platform, name


def _names(person: Person) -> Iterator[str]:
    """Yield everything a report may have called the person."""
    yield from person.names
    for account in person.accounts:
        platform, name = _parts(account)
        plain = name.removeprefix("@")
        yield from (account, name, plain, f"@{plain}", f"{platform}:{plain}")
    yield from person.contacts


def _cases_of(person: Person) -> list[Case]:
    """Return the cases that are there, by number, where the person is whom they are about, or sent them."""
    names = sorted({name_form(name) for name in _names(person)})
    sent = [*names, *([name_form(person.sign_in)] if person.sign_in else ())]
    which = Q(subject_lookup__in=keyed("subject", *names)) | Q(source_lookup__in=keyed("source", *sent))
    if person.sign_in:
        which |= Q(pk__in=Party.objects.filter(account=person.sign_in).values("case"))
    found = list(Case.objects.filter(which).select_related("submission").order_by("received_at", "number"))
    gone = finished([case.id for case in found])
    return [case for case in found if case.id not in gone]


def _unfind(person: Person, ctx: Context) -> None:
    """Replace the keyed look-up in the cases that went, unless a case about the person stays and needs it.

    Cases about one person keep one look-up: published counts of people stay what they were.
    """
    for lookup in keyed("subject", *sorted({name_form(name) for name in _names(person)})):
        about = list(Case.objects.filter(subject_lookup=lookup).values_list("id", flat=True))
        if about and finished(about) >= set(about):
            Case.objects.filter(pk__in=about).update(subject_lookup=ctx.new_id(), revision=F("revision") + 1)


def _elsewhere(posts: frozenset[str]) -> list[Stays]:
    """Return the posts that a case of somebody else is about: it keeps what was shown to it."""
    hashes = keyed("item", *sorted(posts))
    rows = SubmissionItem.objects.filter(item__item_hash__in=list(hashes)).values_list("submission", flat=True)
    found: list[Stays] = []
    for submission in sorted(set(rows)):
        cases = dict(Case.objects.filter(submission=submission).values_list("id", "number"))
        found += [("post", cases[each], "other_case") for each in sorted(cases.keys() - finished(list(cases)))]
    return found


def _close(person: Person, ctx: Context) -> list[Stays]:
    """Close the person's account, if it is there and open; name it where they still hold a role."""
    if not User.objects.filter(pk=person.sign_in, is_active=True).exists():
        return []
    try:
        close_account(person=PersonId(person.sign_in), ctx=ctx)
    except UsageError:
        return [("account", person.sign_in, "roles")]
    return []
