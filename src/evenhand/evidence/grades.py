"""How much a capture is worth: provenance class and route -> P1-P6 -> C0-C4 (EVIDENCE §2.4, PROCEDURE §9.4).

A grade is computed, never typed. The shape of a file lifts nothing: a perfect export somebody made up about
somebody else's account stays C1. What lifts is a fact that was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError


class ProvenanceClass(StrEnum):
    """The shape that arrived; the values of the Post field `provenance_class`."""

    SIGNED_CONTAINER = "signed_container"
    PLATFORM_API = "platform_api"
    OWNER_EXPORT = "owner_export"
    THIRD_PARTY_COLLECTION = "third_party_collection"
    USER_STATEMENT = "user_statement"


class Container(StrEnum):
    """What kind of signed container it is; NONE for every other class."""

    NONE = "none"
    MAIL = "mail"
    WACZ = "wacz"


class Provenance(StrEnum):
    """The six provenance grades."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"
    P6 = "P6"


class Grade(StrEnum):
    """What a capture, or an item, is worth as proof that it existed."""

    C0 = "C0"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"

    @property
    def height(self) -> int:
        """0 for an assertion, 4 for an admission."""
        return int(self.value[1])

    @property
    def words(self) -> str:
        """The grade in plain words."""
        return _WORDS[self]


_WORDS: Final[Mapping[Grade, str]] = {
    Grade.C0: "an assertion without a capture",
    Grade.C1: "a file or screenshot; nobody but its sender vouches for it",
    Grade.C2: "seen live, or handed in by the author, or vouched for by a mail signature or a second recipient",
    Grade.C3: "two captures that are shown to be independent of each other",
    Grade.C4: "admitted by its author, or signed with a certificate that was checked",
}


@dataclass(frozen=True, slots=True)
class Route:
    """How a capture reached us; every field is a recorded fact, and False or empty where none was recorded.

    `owners_own`: the author's own account, handed in by its owner. `domain`: the domain or key of a signature.
    """

    provenance_class: ProvenanceClass
    container: Container = Container.NONE
    capture_exists: bool = True
    captured_by_us: bool = False
    owners_own: bool = False
    signature_valid: bool = False
    signature_aligned: bool = False
    certificate_checked: bool = False
    domain: str = ""
    link: str = ""
    link_seen_by_us: bool = False
    second_recipient: bool = False
    second_recipient_linked: bool = False
    unchanged: bool = True


def provenance(route: Route) -> Provenance:
    """Return the provenance grade of a route; what does not reach its class's grade falls to P5 or P6."""
    kind = route.provenance_class
    if kind is ProvenanceClass.PLATFORM_API and route.captured_by_us:
        return Provenance.P1
    if kind in (ProvenanceClass.OWNER_EXPORT, ProvenanceClass.THIRD_PARTY_COLLECTION, ProvenanceClass.PLATFORM_API):
        return Provenance.P2
    if kind is ProvenanceClass.SIGNED_CONTAINER and route.signature_valid:
        if route.container is Container.MAIL and route.signature_aligned:
            return Provenance.P3
        if route.container is Container.WACZ:
            return Provenance.P4
    return Provenance.P5 if route.link else Provenance.P6


def grade_of_capture(route: Route) -> Grade:
    """Return the highest grade one capture can have by itself: C0, C1, C2, or C4 by a checked certificate."""
    if not route.capture_exists:
        return Grade.C0
    if not route.unchanged:
        return Grade.C1
    signed = route.provenance_class is ProvenanceClass.SIGNED_CONTAINER and route.signature_valid
    if signed and route.certificate_checked:
        return Grade.C4
    if route.second_recipient and not route.second_recipient_linked:
        return Grade.C2
    return Grade.C2 if _vouched_for(route) else Grade.C1


def _vouched_for(route: Route) -> bool:
    found = provenance(route)
    if found is Provenance.P2:
        return route.provenance_class is ProvenanceClass.OWNER_EXPORT and route.owners_own
    if found is Provenance.P5:
        return route.link_seen_by_us
    return found in (Provenance.P1, Provenance.P3)


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture of an item, and what ties it to others.

    Two captures are independent only if `independence_shown` holds for both and they share no device, dossier
    or re-poster. An empty tie is one that was not recorded: it neither ties nor shows independence.
    """

    route: Route
    device: str = ""
    dossier: str = ""
    re_poster: str = ""
    independence_shown: bool = False


def independent(one: Capture, other: Capture) -> bool:
    """Return whether two captures were shown to be independent: shown for both, no tie in common."""
    if not (one.independence_shown and other.independence_shown):
        return False
    ties = ((one.device, other.device), (one.dossier, other.dossier), (one.re_poster, other.re_poster))
    return all(not mine or mine != theirs for mine, theirs in ties)


def grade_of_item(captures: Iterable[Capture], *, admitted: bool = False) -> Grade:
    """Return the grade of an item from all its captures.

    Two independent C2 give C3; any number of C1 stays C1, however many accounts they come from. `admitted`:
    its author admitted this very item; silence is no admission. O(n²) in the captures.
    """
    known = list(captures)
    if admitted:
        return Grade.C4
    graded = [(grade_of_capture(each.route), each) for each in known]
    best = max((grade for grade, _ in graded), key=lambda grade: grade.height, default=Grade.C0)
    if best is not Grade.C2:
        return best
    strong = [each for grade, each in graded if grade is Grade.C2]
    pairs = ((one, other) for index, one in enumerate(strong) for other in strong[index + 1 :])
    return Grade.C3 if any(independent(one, other) for one, other in pairs) else Grade.C2


def grave_outcome_allowed(grade: Grade, *, admitted: bool = False) -> bool:
    """Return whether L4 or more may rest on an element-proving item: C3 and above, or C2 with an admission (S4)."""
    return grade.height >= Grade.C3.height or (admitted and grade.height >= Grade.C2.height)


def wording(route: Route, received_at: datetime) -> str:
    """Return what may be said of a capture wherever the item is shown, ending in what happened to it since.

    `received_at` is our clock, aware. Raises UsageError for a time without a zone.
    """
    first, since = wording_forms(route)
    return f"{first % wording_values(route, received_at)}; {since}"


def wording_forms(route: Route) -> tuple[str, str]:
    """Return the two halves of the wording as forms to translate: the first with places for `wording_values`."""
    return _first_half(route), UNCHANGED if route.unchanged else CHANGED


def wording_values(route: Route, received_at: datetime) -> dict[str, str]:
    """Return what stands in the places of the first half. UsageError for a time without a zone."""
    if received_at.tzinfo is None:
        raise UsageError("the time of intake has no zone", where="received_at", mend="Give an aware time.")
    at = received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return {"at": at, "domain": route.domain or "(not recorded)", "link": route.link}


def _first_half(route: Route) -> str:
    if not route.capture_exists:
        return NO_CAPTURE
    found = provenance(route)
    if found is Provenance.P2:
        return OWN_EXPORT if route.owners_own else WORDINGS[found]
    if found is Provenance.P4 and route.certificate_checked:
        return CHECKED_ARCHIVE
    if found is Provenance.P5 and route.link_seen_by_us:
        return SEEN_LINK
    return WORDINGS[found]


UNCHANGED: Final = "unchanged since"
CHANGED: Final = "no longer the bytes that were received"
NO_CAPTURE: Final = "told to us at %(at)s; there is no capture"
OWN_EXPORT: Final = "part of a file received at %(at)s, said by the submitter to be their own platform export"
CHECKED_ARCHIVE: Final = "web archive signed by key or domain %(domain)s, received at %(at)s; certificate checked"
SEEN_LINK: Final = "file uploaded at %(at)s, said to come from link %(link)s; link seen by us"
WORDINGS: Final[Mapping[Provenance, str]] = {
    Provenance.P1: "captured by us from the address shown at %(at)s",
    Provenance.P2: "part of a file received at %(at)s, said to be a platform export",
    Provenance.P3: "mail whose DKIM signature for domain %(domain)s was valid with a key fetched at %(at)s",
    Provenance.P4: "web archive signed by key or domain %(domain)s, received at %(at)s; signer not checked by us",
    Provenance.P5: "file uploaded at %(at)s, said to come from link %(link)s; link not seen by us",
    Provenance.P6: "file uploaded at %(at)s; source unknown",
}
"""What may be said of a capture of each grade (EVIDENCE §2.4); the constants above are its other cases."""
WORDING_FORMS: Final = frozenset(
    {*WORDINGS.values(), NO_CAPTURE, OWN_EXPORT, CHECKED_ARCHIVE, SEEN_LINK, UNCHANGED, CHANGED}
)
