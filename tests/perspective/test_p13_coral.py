"""PERSP-P13: Coral's requests, many at once, are all answered; a full queue says so at once and never waits."""

from __future__ import annotations

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.perspective.worlds import Answer, serving, shipped_models, until

from evenhand.perspective.scorer import Item, Scorer


class Coral:
    """What Coral sends: the endpoint with /v1alpha1, the key in the address, one model, 800 ms of patience."""

    def __init__(self, endpoint: str, key: str, timeout: float = 0.8) -> None:
        host, _, self.base = endpoint.removeprefix("http://").partition("/")
        self.key = key
        self.connection = http.client.HTTPConnection(host, timeout=timeout)

    def __enter__(self) -> Coral:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, path: str, body: dict) -> Answer:
        headers = {"Content-Type": "application/json"}
        self.connection.request("POST", f"/{self.base}{path}?key={self.key}", json.dumps(body), headers)
        response = self.connection.getresponse()
        raw = response.read()
        return Answer(response.status, json.loads(raw), dict(response.getheaders()), raw)

    def toxicity(self, text: str, language: str = "en") -> Answer:
        return self.send("/comments:analyze", {
            "comment": {"text": text}, "doNotStore": True, "requestedAttributes": {"TOXICITY": {}},
            "languages": [language],
        })  # fmt: skip

    def feedback(self, text: str, *, approved: bool) -> Answer:
        return self.send("/comments:suggestscore", {
            "comment": {"text": text}, "clientToken": "comment:1234", "communityId": "Coral:https://talk.example",
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0 if approved else 1}}},
        })  # fmt: skip


@pytest.mark.slow
def test_p13_five_hundred_requests_four_at_once(make, loopback):
    world = make(models=shipped_models())
    texts = [
        f"Thank you for point {n} of the agenda." if n % 2 else f"You are an idiot, number {n}." for n in range(25)
    ]
    expected = {text: world.analyze(text, languages=["en"]).value() for text in texts}
    with serving(world.service) as server:

        def client(number: int) -> int:
            with Coral(f"{server.address}/v1alpha1", world.secret, timeout=5) as coral:
                for turn in range(125):
                    text = texts[(turn + number) % len(texts)]
                    answer = coral.toxicity(text)
                    assert answer.status == 200, answer.body
                    assert abs(answer.value() - expected[text]) <= 1e-3
                    if turn % 25 == 0:
                        assert coral.feedback(text, approved=True).body["clientToken"] == "comment:1234"
            return 125

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(client, range(4))) == 500


def test_p13_one_request_fits_into_corals_patience(served):
    world, server = served
    with Coral(f"{server.address}/v1alpha1", world.secret) as coral:
        assert coral.toxicity("you idiot").value() == 0.91


def test_p13_a_full_queue_is_503_with_retry_after(make):
    world = make(scorer=Scorer(most_waiting=3, deadline=30, workers=1))
    world.fake.hold.clear()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(world.analyze, "held by the detector")
        until(world.fake.entered.is_set)
        waiting = [pool.submit(world.analyze, f"waiting {number}") for number in range(3)]
        until(lambda: world.service.scorer.waiting == 3)
        refused = world.analyze("one too many")
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert (refused.body["error"]["status"], refused.error_type) == ("UNAVAILABLE", None)
        world.fake.hold.set()
        assert {answer.result().status for answer in [first, *waiting]} == {200}


def test_p13_what_is_late_is_503_and_never_scored(make):
    world = make(scorer=Scorer(deadline=0.5, workers=1))
    world.fake.hold.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(world.analyze, "first and late")
        until(world.fake.entered.is_set)
        second = pool.submit(world.analyze, "second and late")
        assert [answer.result().status for answer in (first, second)] == [503, 503]
    world.fake.hold.set()
    assert world.analyze("in good time").status == 200
    scored = [item.text for batch in world.fake.batches for item in batch]
    assert "in good time" in scored and len(scored) == 2  # the one the detector held, and this one


def test_p13_batches_are_answered_each_with_its_own(make):
    world = make()
    world.fake.hold.clear()
    texts = [f"sentence {number}" for number in range(40)]
    with ThreadPoolExecutor(40) as pool:
        first = pool.submit(world.analyze, texts[0])
        until(world.fake.entered.is_set)
        answers = [first, *(pool.submit(world.analyze, text) for text in texts[1:])]
        until(lambda: world.service.scorer.waiting == 39)
        world.fake.hold.set()
        values = [answer.result().value() for answer in answers]
    assert max(len(batch) for batch in world.fake.batches) > 1
    assert values == [world.analyze(text).value() for text in texts]


def test_p13_a_text_that_breaks_the_detector_breaks_only_its_own_answer(make):
    world = make()
    verdicts = world.fake.verdicts

    def fragile(items):
        if any("poison" in item.text for item in items):
            raise ValueError
        return verdicts(items)

    world.fake.verdicts = fragile
    world.fake.hold.clear()
    with ThreadPoolExecutor(3) as pool:
        answers = {"a first": pool.submit(world.analyze, "a first")}
        until(world.fake.entered.is_set)
        answers |= {text: pool.submit(world.analyze, text) for text in ("poison", "a third")}
        until(lambda: world.service.scorer.waiting == 2)
        world.fake.hold.set()
        assert {text: answer.result().status for text, answer in answers.items()} == {
            "a first": 200, "poison": 500, "a third": 200,
        }  # fmt: skip


def test_p13_a_scorer_that_is_closed_ends_its_threads(world):
    scorer = Scorer(deadline=5, workers=2)
    assert len(scorer.score(world.fake, [Item("one"), Item("two")])) == 2
    threads = scorer._threads
    scorer.close()
    scorer.close()
    assert len(threads) == 2 and not any(thread.is_alive() for thread in threads)


def test_p13_two_threads_score_at_once_and_share_what_waits(make):
    world = make(scorer=Scorer(deadline=10, workers=2))
    verdicts, sizes = world.fake.verdicts, []

    def counted(items):
        sizes.append(len(items))
        return verdicts(items)

    world.fake.verdicts = counted
    world.fake.hold.clear()
    with ThreadPoolExecutor(10) as pool:
        answers = []
        for number in range(2):
            answers.append(pool.submit(world.analyze, f"first {number}"))
            until(lambda taken=number + 1: len(sizes) == taken)  # a thread each: neither waits for the other
        answers += [pool.submit(world.analyze, f"sentence {number}") for number in range(8)]
        until(lambda: world.service.scorer.waiting == 8)
        world.fake.hold.set()
        assert {answer.result().status for answer in answers} == {200}
    assert max(sizes) <= 4  # half of the eight, so that no thread stands idle


def test_p13_too_many_connections_are_told_at_once(world, loopback):
    held = threading.Event()
    handle = world.service.handle

    def slow(request):
        held.wait(5)
        return handle(request)

    world.service.handle = slow
    with serving(world.service, most=2) as server:
        corals = [Coral(f"{server.address}/v1alpha1", world.secret, timeout=5) for _ in range(3)]
        with ThreadPoolExecutor(2) as pool:
            two = [pool.submit(coral.toxicity, "you idiot") for coral in corals[:2]]
            until(lambda: not server._places._value)
            third = corals[2].toxicity("you idiot")
            assert (third.status, third.headers["Retry-After"]) == (503, "1")
            held.set()
            assert [answer.result().status for answer in two] == [200, 200]
        for coral in corals:
            coral.connection.close()
