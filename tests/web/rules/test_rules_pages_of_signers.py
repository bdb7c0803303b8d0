"""Signing by the pages: one proposes, another in another role signs; the first cannot, and a refusal says why."""

from __future__ import annotations

import pytest
from tests.cast import sign_in, standing_cast, visitor

from evenhand.codes import builtin_text
from evenhand.web.rules.models import Proposal
from evenhand.web.rules.queries import code_versions

pytestmark = pytest.mark.slow


@pytest.fixture
def clients(desk):
    cast = standing_cast(desk)
    return {name: sign_in(visitor(), cast[name]) for name in ("officer", "officer_2", "case_keeper")}


def propose(client, text: str = ""):
    return client.post("/rules", {"kind": "code", "text": text or builtin_text("quillhaven")}, follow=True)


def test_one_proposes_and_another_publishes(clients):
    assert "A second person in another role has to sign it now" in propose(clients["officer"]).content.decode()
    proposal = Proposal.objects.get()
    own = clients["officer"].get(f"/rules/{proposal.id}").content.decode()
    assert "You signed this first" in own and "Sign and publish" not in own
    other = clients["case_keeper"].get(f"/rules/{proposal.id}").content.decode()
    assert "Sign and publish" in other and "Signed first by: Officer" in other
    assert proposal.proposed_by not in other
    done = clients["case_keeper"].post(f"/rules/{proposal.id}/sign", follow=True).content.decode()
    assert "Signed and published" in done and len(code_versions()) == 3
    assert clients["case_keeper"].post(f"/rules/{proposal.id}/sign").status_code == 404


def test_the_first_signer_and_a_colleague_in_the_same_role_cannot_publish(clients):
    propose(clients["officer"])
    address = f"/rules/{Proposal.objects.get().id}/sign"
    for name, words in (("officer", "nobody signs twice"), ("officer_2", "both hold the same role")):
        answer = clients[name].post(address)
        assert answer.status_code == 400 and words in answer.content.decode()
    assert code_versions() == ()


def test_a_proposal_can_be_taken_back(clients):
    propose(clients["officer"])
    address = f"/rules/{Proposal.objects.get().id}"
    assert "taken back" in clients["case_keeper"].post(f"{address}/withdraw", follow=True).content.decode()
    assert clients["case_keeper"].get(address).status_code == 404


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Say what it is"),
        ({"kind": "code", "text": "slug = 3"}, "code"),
        ({"kind": "procedure", "text": "x = ["}, "TOML"),
        ({"kind": "law", "text": "x"}, "Choose one of the two"),
    ],
)
def test_a_text_that_cannot_be_signed_comes_back_with_what_is_wrong(clients, sent, words):
    answer = clients["officer"].post("/rules", sent)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Proposal.objects.exists()


def test_whoever_signs_in_german_reads_german(clients):
    from tests.web.cases.german_room import english_in, in_german, own_words

    for client in clients.values():
        in_german(client)
    page = own_words(clients["officer"].get("/rules").content.decode())
    assert "<h1>Regeln unterschreiben</h1>" in page and english_in(page, ()) == []
    propose(clients["officer"])
    proposal = Proposal.objects.get()
    waiting = own_words(clients["officer"].get("/rules").content.decode())
    assert "Verhaltensregeln, zuerst unterschrieben von: Sachbearbeitung" in waiting and english_in(waiting, ()) == []
    address = f"/rules/{proposal.id}"
    whole = own_words(clients["case_keeper"].get(address).content.decode())
    assert "<h1>Lesen und unterschreiben: Verhaltensregeln</h1>" in whole
    said = (proposal.text, *proposal.text.split("\n"))
    assert english_in(whole, said) == []
    for name, words in (("officer", "Niemand unterschreibt zweimal"), ("officer_2", "Beide haben dieselbe Rolle")):
        refused = own_words(clients[name].post(f"{address}/sign").content.decode())
        assert words in refused and english_in(refused, ()) == []
