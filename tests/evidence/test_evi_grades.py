"""Class x route x fact -> P -> C: shape lifts nothing, forged exports stay C1 (EVIDENCE §2.4, D29)."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from evenhand.errors import UsageError
from evenhand.evidence import (
    Capture,
    Container,
    Grade,
    Provenance,
    ProvenanceClass,
    Route,
    grade_of_capture,
    grade_of_item,
    grave_outcome_allowed,
    provenance,
    wording,
)
from evenhand.posts.schema import EMPTY

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
EXPORT, STATEMENT = ProvenanceClass.OWNER_EXPORT, ProvenanceClass.USER_STATEMENT
SIGNED, API = ProvenanceClass.SIGNED_CONTAINER, ProvenanceClass.PLATFORM_API
MAIL = Route(SIGNED, Container.MAIL, signature_valid=True, signature_aligned=True, domain="post.example")

TABLE = [
    (Route(API, captured_by_us=True), "P1", "C2", "captured by us from the address shown at 2026-03-02 09:00 UTC"),
    (Route(API), "P2", "C1", "said to be a platform export"),
    (Route(EXPORT, owners_own=True), "P2", "C2", "said by the submitter to be their own platform export"),
    (Route(EXPORT), "P2", "C1", "said to be a platform export"),
    (Route(ProvenanceClass.THIRD_PARTY_COLLECTION, owners_own=True), "P2", "C1", "platform export"),
    (MAIL, "P3", "C2", "mail whose DKIM signature for domain post.example was valid"),
    (Route(SIGNED, Container.MAIL, signature_valid=True), "P6", "C1", "source unknown"),
    (Route(SIGNED, Container.WACZ, signature_valid=True, domain="K"), "P4", "C1", "signer not checked by us"),
    (Route(SIGNED, Container.WACZ, signature_valid=True, certificate_checked=True), "P4", "C4", "certificate checked"),
    (Route(SIGNED, Container.WACZ), "P6", "C1", "source unknown"),
    (Route(STATEMENT, link="https://x.example/1"), "P5", "C1", "link not seen by us"),
    (Route(STATEMENT, link="https://x.example/1", link_seen_by_us=True), "P5", "C2", "link seen by us"),
    (Route(STATEMENT), "P6", "C1", "file uploaded at 2026-03-02 09:00 UTC; source unknown"),
    (Route(STATEMENT, capture_exists=False), "P6", "C0", "there is no capture"),
    (Route(STATEMENT, second_recipient=True), "P6", "C2", "source unknown"),
    (Route(STATEMENT, second_recipient=True, second_recipient_linked=True), "P6", "C1", "source unknown"),
    (Route(EXPORT, owners_own=True, unchanged=False), "P2", "C1", "no longer the bytes"),
]


@pytest.mark.parametrize(("route", "p", "c", "words"), TABLE)
def test_the_table(route, p, c, words):
    assert provenance(route) == Provenance(p)
    assert grade_of_capture(route) == Grade(c)
    said = wording(route, AT)
    assert words in said
    assert said.endswith("unchanged since") is route.unchanged


def test_classes_are_those_of_the_post_record():
    assert EMPTY["provenance_class"] in set(ProvenanceClass)


def test_every_route_has_a_grade_and_only_facts_lift_it():
    facts = ["captured_by_us", "owners_own", "signature_valid", "signature_aligned", "link_seen_by_us"]
    for kind, container, values in product(ProvenanceClass, Container, product([False, True], repeat=len(facts))):
        route = Route(kind, container, **dict(zip(facts, values, strict=True)))
        grade = grade_of_capture(route)
        assert grade in (Grade.C1, Grade.C2)
        assert wording(route, AT)
        if not any(values):
            assert grade is Grade.C1


def test_two_forged_exports_from_two_accounts_stay_c1_and_carry_nothing_grave():
    forged = [
        Capture(Route(EXPORT), device="phone 1", dossier="", re_poster="a", independence_shown=True),
        Capture(Route(EXPORT), device="phone 2", dossier="", re_poster="b", independence_shown=True),
    ]
    assert grade_of_item(forged) is Grade.C1
    assert not grave_outcome_allowed(grade_of_item(forged))


def test_two_independent_captures_of_c2_make_c3():
    mail = Capture(MAIL, device="laptop", independence_shown=True)
    own = Capture(Route(EXPORT, owners_own=True), device="phone", independence_shown=True)
    assert grade_of_item([mail]) is Grade.C2
    assert grade_of_item([mail, own]) is Grade.C3
    assert grave_outcome_allowed(Grade.C3)


@pytest.mark.parametrize("tie", ["device", "dossier", "re_poster"])
def test_one_device_dossier_or_re_poster_is_one_capture(tie):
    pair = [Capture(MAIL, independence_shown=True, **{tie: "same"}) for _ in range(2)]
    assert grade_of_item(pair) is Grade.C2


def test_independence_is_shown_never_presumed():
    assert grade_of_item([Capture(MAIL, device="a"), Capture(MAIL, device="b")]) is Grade.C2


def test_an_admission_makes_c4_and_nothing_makes_c0():
    assert grade_of_item([Capture(Route(STATEMENT))], admitted=True) is Grade.C4
    assert grade_of_item([]) is Grade.C0
    assert [grade.height for grade in Grade] == [0, 1, 2, 3, 4]


def test_a_time_without_zone_is_refused():
    with pytest.raises(UsageError, match="zone"):
        wording(MAIL, datetime(2026, 3, 2))
