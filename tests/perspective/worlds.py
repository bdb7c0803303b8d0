"""A service with a detector of our own making, so that the protocol is tested whatever model ships."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from evenhand.categories import Category
from evenhand.context import Context
from evenhand.perspective import Request, Service, Settings, keys
from evenhand.perspective.gates import Gate, Gates
from evenhand.perspective.models import Detecting, Model, Models
from evenhand.perspective.quota import Allowance
from evenhand.perspective.scorer import Item, Scorer
from evenhand.perspective.server import Server
from evenhand.perspective.store import Store
from evenhand.screening import Abstention, Frame, Screener, Span, Target, Verdict

ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"
SIX = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "THREAT", "PROFANITY")
START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
MARKED = ("idiot", "clown", "muppet")


def gates(*heads: str, version: str = "1.0.0", languages: tuple[str, ...] = ("en",)) -> Gates:
    """Return gates for these heads, or for every head there is."""
    named = heads or (*(category.value for category in Category), "severe_toxicity")
    gate = Gate(languages, 0.5, 0.8, 0.01, 0.45, 0.29, 0.02)
    return Gates("fake", version, f"fake-{version}", "cal-fake", dict.fromkeys(named, gate))


class Fake:
    """Scores by a hash of the text, so that texts differ; marks a few mild words; counts what it was asked."""

    def __init__(self, salt: str = "") -> None:
        self.salt = salt
        self.batches: list[list[Item]] = []
        self.null: set[Category] = set()
        self.hold = threading.Event()
        self.hold.set()
        self.entered = threading.Event()

    def verdicts(self, items: Sequence[Item]) -> list[Verdict]:
        self.entered.set()
        self.hold.wait(10)
        self.batches.append(list(items))
        return [self._verdict(item.text) for item in items]

    def _verdict(self, text: str) -> Verdict:
        if not any(letter.isalpha() for letter in text):
            return self._make(Abstention.TOO_SHORT, dict.fromkeys(Category), ())
        digest = hashlib.sha256((self.salt + text).encode("utf-8", "surrogatepass")).digest()
        scores = {c: None if c in self.null else round(digest[n] / 255, 6) for n, c in enumerate(Category)}
        spans = []
        for word in MARKED:
            at = text.find(word)
            if at >= 0:
                scores |= {Category.ABUSE: 0.91, Category.INSULT: 0.93}
                spans += [Span(at, at + len(word), category) for category in (Category.ABUSE, Category.INSULT)]
        return self._make(None, scores, tuple(sorted(spans, key=lambda span: span.begin)))

    @staticmethod
    def _make(why: Abstention | None, scores: dict[Category, float | None], spans: tuple[Span, ...]) -> Verdict:
        return Verdict(why, scores, (), Frame.ASSERTED, Target.NONE, (), spans, "", "fake", "cal-fake")


@dataclass
class Clock:
    """A clock that stands still until it is told to move."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Answer:
    """An answer as a client sees it."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]
    raw: bytes

    @property
    def error_type(self) -> str | None:
        details = self.body["error"].get("details", [])
        return next((detail["errorType"] for detail in details if "errorType" in detail), None)

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])

    def value(self, attribute: str = "TOXICITY") -> float:
        return float(self.body["attributeScores"][attribute]["summaryScore"]["value"])


@dataclass
class World:
    """A service, its clock, its detector and one client's key."""

    service: Service
    clock: Clock
    fake: Fake
    ctx: Context
    key_id: str = ""
    secret: str = ""

    def new_key(self, name: str = "another", allowance: Allowance | None = None) -> tuple[str, str]:
        key, secret = keys.create(self.service.store, self.ctx, name, allowance)
        return key.id, secret

    def call(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        secret: str | None = None,
        **more: Any,
    ) -> Answer:
        body = document if isinstance(document, bytes) else b"" if document is None else json.dumps(document).encode()
        asked = {"key": self.secret if secret is None else secret, **(query or {})}
        asked = {name: value for name, value in asked.items() if value}
        response = self.service.handle(Request(method, path, asked, dict(headers or {}), body, **more))
        text = response.body.decode()
        parsed = json.loads(text) if response.content_type.startswith("application/json") else {}
        return Answer(response.status, parsed, dict(response.headers), response.body)

    def analyze(self, text: str | None = "you idiot", attributes: Any = ("TOXICITY",), **fields: Any) -> Answer:
        headers, secret = fields.pop("headers", None), fields.pop("secret", None)
        wanted = attributes if isinstance(attributes, dict) else {name: {} for name in attributes}
        comment = {} if text is None else {"text": text}
        document = {"comment": comment, "requestedAttributes": wanted, "languages": ["en"], **fields}
        return self.call("POST", ANALYZE, document, headers=headers, secret=secret)

    def suggest(self, text: str = "you idiot", value: float = 0, **fields: Any) -> Answer:
        document = {
            "comment": {"text": text},
            "attributeScores": {"TOXICITY": {"summaryScore": {"value": value}}},
            "communityId": "/forum/movies",
            "clientToken": "comment-53922",
            **fields,
        }
        return self.call("POST", SUGGEST, document)


@cache
def shipped_models() -> Models:
    """Return the shipped detector behind gates of its own heads, so that these tests need no finished model card."""
    screener = Screener()
    (verdict,) = screener.screen(["Thank you all for coming to the meeting."])
    trained = [head.value for head, score in verdict.scores.items() if score is not None]
    known = replace(gates(*trained), model=screener.model_id, calibration=screener.calibration_id)
    return Models(Model(known, Detecting(screener), "1" * 64))


_NUMBER = count()


def make_world(path: Path, **options: Any) -> World:
    """Return a world whose store is `path`; options are those of Settings, and gates, scorer, models, folder."""
    clock, fake = Clock(), Fake()
    seed = options.pop("seed", None) or f"{path}/{next(_NUMBER)}"
    ctx = Context(now=clock, random=Context.repeatable(seed, START).random)
    model = Model(options.pop("gates", None) or gates(), fake, "0" * 64)
    models = options.pop("models", None) or Models(model, options.pop("folder", None))
    scorer = options.pop("scorer", None) or Scorer(deadline=10, workers=1)
    service = Service(Store(path), models, ctx, scorer=scorer, settings=Settings(**options))
    world = World(service, clock, fake, ctx)
    world.key_id, world.secret = world.new_key("tests", Allowance(1_000_000, 1_000_000))
    return world


@contextmanager
def shared(folder: Path) -> Iterator[World]:
    """Hold one world for many tests."""
    world = make_world(folder / "perspective.sqlite3")
    try:
        yield world
    finally:
        world.service.close()


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds; fails after five seconds instead of hanging."""
    for _ in range(5_000):
        if holds():
            return
        time.sleep(0.001)
    raise AssertionError("it never came true")


class serving:
    """Serve a service on a free port while the block runs."""

    def __init__(self, service: Service, **options: Any) -> None:
        self.server = Server("127.0.0.1", 0, service.handle, **options)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Server:
        self.thread.start()
        return self.server

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
