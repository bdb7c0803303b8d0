"""What a case may need of a member it has found: how to reach them, and a fact that only they are likely to know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Final

from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.membership import Contact
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.register.keys import key_for
from evenhand.web.register.known import Known
from evenhand.web.register.models import Member

_DIGITS_ASKED: Final = 4


class FactKind(StrEnum):
    """Which fact is asked for beside the code of a notice."""

    NUMBER_END = "number_end"
    YEAR_JOINED = "year_joined"

    @property
    def question(self) -> str | Promise:
        """What a letter and a page ask, in plain words."""
        return _QUESTIONS[self]


_QUESTIONS: Final[dict[FactKind, str | Promise]] = {
    FactKind.NUMBER_END: gettext_lazy("The last four letters or figures of your membership number"),
    FactKind.YEAR_JOINED: gettext_lazy("The year in which you first became a member"),
}


@dataclass(frozen=True, slots=True)
class SecondFact:
    """The fact for one member: what is asked, and the answer in the form in which it is compared."""

    kind: FactKind
    answer: str


def contact_of(member: str, *, actor: ActorId, purpose: str, ctx: Context) -> Contact:
    """Return name and e-mail address of a member ("" for what the register does not say); the reading is logged.

    `member`: the id a look-up gave. `purpose`: lower-case words with the case's id, as for any key. Raises
    UsageError for a member who is not there any more, and inside a transaction.
    """
    return _known(member, actor, purpose, ctx).contact


def second_fact(member: str, *, actor: ActorId, purpose: str, ctx: Context) -> SecondFact:
    """Return the fact to ask a respondent for beside their code; the reading is logged, errors as `contact_of`.

    The end of the number where it is long enough to leave most of it unsaid, else the year of joining.
    """
    known = _known(member, actor, purpose, ctx)
    number = _plain(known.ref)
    if len(number) > _DIGITS_ASKED:
        return SecondFact(FactKind.NUMBER_END, number[-_DIGITS_ASKED:])
    return SecondFact(FactKind.YEAR_JOINED, str(known.intervals[0].joined.year))


def fact_digest(party: str, answer: str) -> str:
    """Return 64 hex digits that stand for a party's fact in a table: keyed, for it is short enough to be guessed."""
    value = f"{party}\n{_plain(answer)}"
    return salted_hmac("evenhand/second-fact/v1", value, algorithm="sha256").hexdigest()


def fact_holds(party: str, answer: str, digest: str) -> bool:
    """Return whether an answer is the fact behind a digest; spaces, dots, hyphens and capitals do not matter."""
    return compare_digest(fact_digest(party, answer), digest)


def _known(member: str, actor: ActorId, purpose: str, ctx: Context) -> Known:
    text = Member.objects.filter(id=member).values_list("text", flat=True).first()
    if text is None:
        raise UsageError(
            gettext("This member is not in the register any more."), mend=gettext("Look the account up again.")
        )
    key_for(actor, ctx)
    return Known.opened(open_texts([text], actor=actor, purpose=purpose, ctx=ctx)[text])


def _plain(answer: str) -> str:
    return "".join(letter for letter in answer.casefold() if letter.isalnum())
