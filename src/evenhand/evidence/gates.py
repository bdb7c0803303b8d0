"""The fourteen gates of an item: what is asked, what the answer was, and what would cure a gap (PROCEDURE §9.1).

An answer is about the item, never about the person who sent it. "Unknown" is an answer of its own: it is
neither a pass nor a failure, and it names what somebody could still be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.codes import ActType
from evenhand.errors import UsageError


class Gate(StrEnum):
    """The gates in the order in which they are asked."""

    G1 = "G1"
    G2 = "G2"
    G3 = "G3"
    G4 = "G4"
    G5 = "G5"
    G6 = "G6"
    G7 = "G7"
    G8 = "G8"
    G9 = "G9"
    G10 = "G10"
    G11 = "G11"
    G12 = "G12"
    G13 = "G13"
    G14 = "G14"


class Answer(StrEnum):
    """What an assessor found at a gate."""

    PASS = "pass"  # noqa: S105 an answer, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class GateCode(StrEnum):
    """Why a gate was not passed; the codes that M4 counts."""

    NO_LOCATOR = "NO_LOCATOR"
    ALTERED = "ALTERED"
    SCREENSHOT_ONLY = "SCREENSHOT_ONLY"
    UNLAWFUL_SOURCE = "UNLAWFUL_SOURCE"
    UNVERIFIED = "UNVERIFIED"
    AUTHOR_UNKNOWN = "AUTHOR_UNKNOWN"
    NAMESAKE = "NAMESAKE"
    IMPOSTOR = "IMPOSTOR"
    NOT_MEMBER_THEN = "NOT_MEMBER_THEN"
    NOT_MEMBER_NOW = "NOT_MEMBER_NOW"  # beyond PROCEDURE §9.1: "not then" would be untrue of somebody who left since
    NEVER_MEMBER = "NEVER_MEMBER"
    DECEASED = "DECEASED"
    NO_RULE = "NO_RULE"
    RULE_LATER = "RULE_LATER"
    STALE = "STALE"
    NO_CONTEXT = "NO_CONTEXT"
    CONDEMNS = "CONDEMNS"
    QUOTES = "QUOTES"
    IRRELEVANT = "IRRELEVANT"
    DUPLICATE = "DUPLICATE"
    RES_JUDICATA = "RES_JUDICATA"
    EXCESSIVE = "EXCESSIVE"


class AuthorLink(StrEnum):
    """How the author is linked to the person complained about; D is a resemblance and never enough."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def words(self) -> str:
        """What this link rests on, in plain words."""
        return _LINK_WORDS[self]

    @property
    def is_enough(self) -> bool:
        """Whether gate 5 may be passed on it: A, B and C only."""
        return self is not AuthorLink.D


_LINK_WORDS: Final[Mapping[AuthorLink, str]] = {
    AuthorLink.A: "an express yes for this item, or a verified account; silence is never a yes",
    AuthorLink.B: "a contact the platform and the register both hold",
    AuthorLink.C: "two or more independent facts that agree",
    AuthorLink.D: "a name or picture that resembles: unknown, never enough",
}

_QUESTIONS: Final[Mapping[Gate, str]] = {
    Gate.G1: "Do we know where and when it was, and who captured it when?",
    Gate.G2: "Is it unchanged since it was captured?",
    Gate.G3: "Did it reach us lawfully?",
    Gate.G4: "Did it exist, as something more than a file shows?",
    Gate.G5: "Did the person complained about write or share it?",
    Gate.G6: "Have fake, hacked and parody accounts been ruled out?",
    Gate.G7: "Was the author a member at the time of the act, and now?",
    Gate.G8: "Was the rule in force on that day?",
    Gate.G9: "Is it in time, or does a recorded exception apply?",
    Gate.G10: "Is the context here: thread, quoted post, link, language, sarcasm, quotation, condemnation?",
    Gate.G11: "What was done: written, shared with a comment, shared, liked, belonged to, left up?",
    Gate.G12: "Does it tend to prove an element of the rule?",
    Gate.G13: "Is it undecided before, and not a copy of an item already here?",
    Gate.G14: "Does it hold only the data that are needed?",
}

_NEEDS: Final[Mapping[Gate, str]] = {
    Gate.G1: "An address, a platform’s number or a message’s own number; when it was captured, and by whom.",
    Gate.G2: "The bytes as they were captured, with their digest. A picture of it alone leaves this unknown.",
    Gate.G3: "Every hand it went through is recorded; no break-in, no trap, no private space without a ground.",
    Gate.G4: "Seen at its place by us, the author’s own export, a mail with a valid signature of its sender’s domain, "
    "or a second identified recipient without link to the first. Any other file leaves this unknown, however it looks.",
    Gate.G5: "The person’s express yes for this item, a verified account, a contact that platform and register both "
    "hold, or two independent facts. A name or a picture that resembles is never enough, and silence is no yes.",
    Gate.G6: "What was looked at to rule out a fake, a break-in or a parody is recorded.",
    Gate.G7: "The dates of membership cover the day of the act, and today.",
    Gate.G8: "The version of the rule that was in force on the day of the act.",
    Gate.G9: "The day, within the time for reports, or an exception that is recorded.",
    Gate.G10: "What it answered and five posts before and after it, or why they cannot be had.",
    Gate.G11: "Which of these it was; it grades, and nothing fails here.",
    Gate.G12: "Which element of the rule it tends to prove.",
    Gate.G13: "Its own number stands in no other decided case, and it is no copy of an item already here.",
    Gate.G14: "Everybody whom it does not concern is covered by the staff.",
}

CODES: Final[Mapping[Gate, tuple[GateCode, ...]]] = {
    Gate.G1: (GateCode.NO_LOCATOR,),
    Gate.G2: (GateCode.ALTERED, GateCode.SCREENSHOT_ONLY),
    Gate.G3: (GateCode.UNLAWFUL_SOURCE,),
    Gate.G4: (GateCode.UNVERIFIED,),
    Gate.G5: (GateCode.AUTHOR_UNKNOWN, GateCode.NAMESAKE),
    Gate.G6: (GateCode.IMPOSTOR,),
    Gate.G7: (GateCode.NOT_MEMBER_THEN, GateCode.NOT_MEMBER_NOW, GateCode.NEVER_MEMBER, GateCode.DECEASED),
    Gate.G8: (GateCode.NO_RULE, GateCode.RULE_LATER),
    Gate.G9: (GateCode.STALE,),
    Gate.G10: (GateCode.NO_CONTEXT, GateCode.CONDEMNS, GateCode.QUOTES),
    Gate.G11: (),
    Gate.G12: (GateCode.IRRELEVANT,),
    Gate.G13: (GateCode.DUPLICATE, GateCode.RES_JUDICATA),
    Gate.G14: (GateCode.EXCESSIVE,),
}
"""Which codes belong to which gate; gate 11 grades and has none."""

_CURES: Final[Mapping[GateCode, str]] = {
    GateCode.NO_LOCATOR: "Ask for the link to the post, or when and where it was seen.",
    GateCode.SCREENSHOT_ONLY: "Ask for the link, or for the file as the platform gave it.",
    GateCode.UNVERIFIED: "Ask for the link, the author's own export, the mail itself, or a second recipient.",
    GateCode.AUTHOR_UNKNOWN: "Ask the person complained about, item by item, or ask for facts that link the account.",
    GateCode.STALE: "Ask whether it went on, was repeated, or became known only later.",
    GateCode.NO_CONTEXT: "Ask for what it answered and five posts before and after it, or why they cannot be had.",
    GateCode.EXCESSIVE: "Ask the staff to mask everybody whom it does not concern.",
}
_UNKNOWN_CURES: Final[Mapping[Gate, str]] = {
    Gate.G1: _CURES[GateCode.NO_LOCATOR],
    Gate.G2: _CURES[GateCode.SCREENSHOT_ONLY],
    Gate.G3: "Ask how it was obtained, and by whom.",
    Gate.G4: _CURES[GateCode.UNVERIFIED],
    Gate.G5: _CURES[GateCode.AUTHOR_UNKNOWN],
    Gate.G6: "Ask for the account's address, and record the checks.",
    Gate.G7: "Ask the membership office for the dates of membership.",
    Gate.G8: "Ask for the day of the act.",
    Gate.G9: _CURES[GateCode.STALE],
    Gate.G10: _CURES[GateCode.NO_CONTEXT],
    Gate.G11: "Ask whether it was written, shared or liked.",
    Gate.G12: "Ask which part of the rule it is meant to show.",
    Gate.G13: "Ask whether it was reported before.",
    Gate.G14: _CURES[GateCode.EXCESSIVE],
}


ASKED: Final[Mapping[Gate, tuple[str, str]]] = {
    Gate.G1: ("Where exactly it is, or was.", "Send its address, or say when and where you saw it."),
    Gate.G2: (
        "Whether the picture shows it as it was.", "Send its address, or the file as you got it from the platform."
    ),
    Gate.G3: ("How it came to you.", "Say who gave it to you, and how. If you saw it yourself, say that."),
    Gate.G4: (
        "That it was really there: a picture alone does not show it.",
        "Send its address, the e-mail itself, or name somebody else who received it.",
    ),
    Gate.G5: ("That the account belongs to the person.", "Say how you know whose account it is."),
    Gate.G6: ("That nobody imitates the account.", "Send the address of the account."),
    Gate.G7: ("Whether the person was a member on that day.", "Nothing: we look this up ourselves."),
    Gate.G8: ("On which day it was.", "Say the day, as well as you know it."),
    Gate.G9: (
        "Whether it is too long ago.", "Say whether it went on, happened again, or became known to you only later."
    ),
    Gate.G10: (
        "What it answered: without that it may be misread.",
        "Send what stood before and after it, or say why it cannot be had.",
    ),
    Gate.G11: ("What the person did.", "Say whether they wrote it, shared it or liked it."),
    Gate.G12: ("What in it breaks a rule, as you see it.", "Say in a sentence which part you mean."),
    Gate.G13: ("Whether somebody has decided on it before.", "Say whether you reported it before, and to whom."),
    Gate.G14: ("It shows other people whom it does not concern.", "Nothing: we cover them ourselves."),
}  # fmt: skip
"""What is missing and what helps, as whoever sent the report is asked for it: never in the words of an assessor."""


def gate_question(gate: Gate) -> str:
    """Return the question of a gate as an assessor reads it."""
    return _QUESTIONS[gate]


def pass_needs(gate: Gate) -> str:
    """Return what it takes to pass a gate, as an assessor reads it."""
    return _NEEDS[gate]


def cure_of(gate: Gate, answer: Answer, code: GateCode | None = None) -> str:
    """Return what somebody could be asked to close a gap; empty for a pass and for what no answer can mend."""
    if answer is Answer.PASS:
        return ""
    if code is not None:
        return _CURES.get(code, "")
    return _UNKNOWN_CURES[gate] if answer is Answer.UNKNOWN else ""


# The letter of PROCEDURE §9.1: a bare screenshot, an unverified file and a resemblance are unknown, not failed.
_NEVER_A_FAILURE: Final = frozenset({GateCode.SCREENSHOT_ONLY, GateCode.UNVERIFIED})


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate of one item: answer, code, what would cure it, and for gate 5 the author link.

    `cure` is filled in from the table when it is left empty. Raises UsageError for what cannot be: a code of
    another gate, a pass with a code, a failure without one (where the gate has codes), gate 5 passed on a
    resemblance or without a link.
    """

    gate: Gate
    answer: Answer
    code: GateCode | None = None
    cure: str = ""
    link: AuthorLink | None = None

    def __post_init__(self) -> None:
        self._check_code()
        self._check_link()
        if not self.cure:
            object.__setattr__(self, "cure", cure_of(self.gate, self.answer, self.code))
        elif self.answer is Answer.PASS:
            raise self._refused("a gate that was passed needs no cure", "Leave the cure empty.")

    def _check_code(self) -> None:
        allowed = CODES[self.gate]
        if self.code is not None and self.code not in allowed:
            raise self._refused(f"{self.code} is no code of this gate", f"Use one of: {', '.join(allowed) or 'none'}.")
        if self.answer is Answer.PASS and self.code is not None:
            raise self._refused(f"a pass cannot carry {self.code}", "Leave the code empty.")
        if self.answer is Answer.FAIL and self.code is None:
            raise self._refused("a failure needs its code", f"Use one of: {', '.join(allowed) or 'unknown instead'}.")
        if self.answer is Answer.FAIL and self.code in _NEVER_A_FAILURE:
            raise self._refused(f"{self.code} is unknown, not a failure", "Answer unknown.")

    def _check_link(self) -> None:
        if self.gate is not Gate.G5:
            if self.link is not None:
                raise self._refused("only gate 5 carries an author link", "Leave the link empty.")
            return
        if self.answer is Answer.PASS and (self.link is None or not self.link.is_enough):
            raise self._refused("an author link of A, B or C is needed to pass", "Answer unknown.")
        if self.link is AuthorLink.D and self.answer is not Answer.UNKNOWN:
            raise self._refused("a resemblance is unknown, whatever it resembles", "Answer unknown.")

    def _refused(self, what: str, mend: str) -> UsageError:
        return UsageError(what, where=self.gate, mend=mend)

    @property
    def is_gap(self) -> bool:
        """Whether the gate was not passed."""
        return self.answer is not Answer.PASS

    @property
    def curable(self) -> bool:
        """Whether asking could close the gap."""
        return self.is_gap and bool(self.cure)


_ACT_GRADES: Final[Mapping[ActType, int]] = {
    ActType.WROTE: 6,
    ActType.SHARED_WITH_COMMENT: 5,
    ActType.SHARED: 4,
    ActType.LIKED: 3,
    ActType.BELONGED: 2,
    ActType.LEFT_UP: 1,
}


def act_grade(act: ActType) -> int:
    """Return how near an act is to authorship, 6 (written) to 1 (left up); the order of gate 11, never a tariff."""
    return _ACT_GRADES[act]


class Jurisdiction(StrEnum):
    """Which membership gives an organisation its say; configured, the default is both."""

    AT_THE_ACT = "at_the_act"
    NOW = "now"
    BOTH = "both"


def membership_gate(
    *,
    at_the_act: bool | None,
    now: bool | None,
    ever: bool | None,
    deceased: bool = False,
    jurisdiction: Jurisdiction = Jurisdiction.BOTH,
) -> GateResult:
    """Return gate 7 from what the register says; None is "the register cannot say".

    A death ends the matter whatever the dates. What fails for certain fails, even where the rest is unknown.
    PROCEDURE §7.3.
    """
    if deceased:
        return GateResult(Gate.G7, Answer.FAIL, GateCode.DECEASED)
    if ever is False:
        return GateResult(Gate.G7, Answer.FAIL, GateCode.NEVER_MEMBER)
    then_counts, now_counts = jurisdiction is not Jurisdiction.NOW, jurisdiction is not Jurisdiction.AT_THE_ACT
    if then_counts and at_the_act is False:
        return GateResult(Gate.G7, Answer.FAIL, GateCode.NOT_MEMBER_THEN)
    if now_counts and now is False:
        return GateResult(Gate.G7, Answer.FAIL, GateCode.NOT_MEMBER_NOW)
    unknown = (then_counts and at_the_act is None) or (now_counts and now is None)
    return GateResult(Gate.G7, Answer.UNKNOWN if unknown else Answer.PASS)
