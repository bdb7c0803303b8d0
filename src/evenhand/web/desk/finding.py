"""The job that finds leads: screens what came in since the last time and records leads and what was unread.

A lead decides nothing. At most BATCH leads are sealed by one document, each under the key of the person it is
aimed at; the counts of what could and could not be read follow in one document at the end of the run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from evenhand.codes import CodeOfConduct, NotInForce, clauses_for, in_force
from evenhand.context import Context
from evenhand.corpus import Corpus
from evenhand.screening import Verdict
from evenhand.web.desk import projections
from evenhand.web.desk.candidates import Candidate, candidates, newest_import
from evenhand.web.desk.models import Lead, Reading, Screening
from evenhand.web.desk.policy import band_of, lead_categories
from evenhand.web.desk.protection import declared_accounts, whole_second
from evenhand.web.desk.queries import known_posts, protected, screened_upto
from evenhand.web.desk.sampling import Draw, record_sample
from evenhand.web.desk.snapshot import (
    AUTHOR_FIELD,
    SNAPSHOT_FIELD,
    Author,
    Snapshot,
    Span,
    SuggestedClause,
)
from evenhand.web.desk.words import CUT_SHORT, READ, Status
from evenhand.web.record.documents import canonical, instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, KeyId
from evenhand.web.record.sealed import seal_texts, search_value
from evenhand.web.record.unit import Recorder, recording

BATCH: Final = 1_000
SCREENED_AT_ONCE: Final = 2_000
PURPOSE: Final = "desk.screening"

Screen = Callable[[Sequence[str], Sequence[str | None]], Sequence[Verdict]]
"""Texts and the posts they answer -> one verdict each, in order: `Screener().screen`."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A post that deserves a look, and what the detector says of it."""

    post: Candidate
    verdict: Verdict
    categories: tuple[str, ...]

    @property
    def score(self) -> int:
        """The highest calibrated probability of its categories, in permille."""
        scores = (self.verdict.scores.get(name) for name in self.categories)  # type: ignore[call-overload] # a category equals its name
        return round(1000 * max((score or 0.0 for score in scores), default=0.0))


@dataclass(slots=True)
class Run:
    """What one run did: posts screened, leads recorded, and outcomes per (person, outcome)."""

    batch: str
    upto: int
    posts: int = 0
    leads: int = 0
    model: str = ""
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    unflagged: Draw = field(default_factory=Draw)


def screen_new_posts(corpus: Corpus, ctx: Context, *, screen: Screen, code: CodeOfConduct | None) -> Run:
    """Screen the posts imported since the last run that are aimed at protected people; return what was done.

    Idempotent: a run that was cut off is done again and records no post twice. While nobody is declared protected
    nothing is screened, and what came in waits. `code`: where a category's clauses come from, None for none.
    """
    run = Run(ctx.new_id(), newest_import(corpus), unflagged=Draw(ctx.new_id()))
    accounts, since = declared_accounts(ctx), screened_upto()
    if run.upto <= since or not accounts.names():
        return run
    for page in candidates(corpus, accounts, since=since, upto=run.upto):
        for posts in _slices(page, SCREENED_AT_ONCE):
            found = _screened(run, posts, screen(*_asked(posts)))
            for leads in _slices(_not_known(found), BATCH):
                run.leads += len(leads)
                _record_leads(run, leads, code, ctx)
    _record_run(run, ctx)
    return run


def _asked(posts: Sequence[Candidate]) -> tuple[list[str], list[str | None]]:
    return [post.text for post in posts], [post.parent for post in posts]


def _screened(run: Run, posts: Sequence[Candidate], verdicts: Sequence[Verdict]) -> list[Found]:
    found = []
    for post, verdict in zip(posts, verdicts, strict=True):
        categories = lead_categories(flag.value for flag in verdict.flags)
        run.posts += 1
        run.model = verdict.model
        run.outcomes[post.target, _outcome(post, verdict, categories)] += 1
        if categories:
            found.append(Found(post, verdict, categories))
        elif verdict.abstained is None:
            run.unflagged.offer(post)
    return found


def _outcome(post: Candidate, verdict: Verdict, categories: Sequence[str]) -> str:
    """Return `read`, or why not: a cut post in which nothing was found has not been read to its end."""
    if verdict.abstained is not None:
        return verdict.abstained.value
    return CUT_SHORT if post.truncated and not categories else READ


def _not_known(found: Sequence[Found]) -> list[Found]:
    """Return those without a lead of the same kind: a like more makes a new observation, not a new lead."""
    known = known_posts(one.post.record_key for one in found)
    return [one for one in found if (one.post.record_key, " ".join(one.categories)) not in known]


def _record_leads(run: Run, found: Sequence[Found], code: CodeOfConduct | None, ctx: Context) -> None:
    of_person: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        of_person[one.post.target].append(one)
    keys = {person: KeyId(key) for person, (key, _label) in protected(of_person).items()}
    with recording(actor=SYSTEM, ctx=ctx, purpose=PURPOSE) as r:
        leads = [lead for person, theirs in of_person.items() for lead in _sealed(r, run, keys[person], theirs, code)]
        Lead.objects.bulk_create([_lead(lead) for lead in leads], batch_size=200)
        body = {"batch_of": projections.BATCH, "leads": leads}
        r.add(type="evidence.batch_sealed", key=ORGANISATION, body=body, items=[canonical(lead) for lead in leads])


def _sealed(
    r: Recorder, run: Run, key: KeyId, found: Sequence[Found], code: CodeOfConduct | None
) -> Iterator[dict[str, Any]]:
    """Seal what was written to one person, and by whom; yield the leads' plain columns as documents say them."""
    words = [_snapshot(one, code).sealed_form() for one in found]
    authors = [
        Author(p.author_id, p.author_handle, p.author_display).sealed_form() for p in (one.post for one in found)
    ]
    snapshots = seal_texts(r, key=key, field=SNAPSHOT_FIELD, texts=words)
    written_by = seal_texts(r, key=key, field=AUTHOR_FIELD, texts=authors)
    for one, snapshot, author in zip(found, snapshots, written_by, strict=True):
        yield _columns(r, run, one, {"key": key, "snapshot": snapshot, "author": author})


def _columns(r: Recorder, run: Run, one: Found, sealed: dict[str, str]) -> dict[str, Any]:
    post, verdict, lead = one.post, one.verdict, r.ctx.new_id()
    # One pseudonym per author and person, found again by nobody without that person's key.
    source = search_value(r, key=KeyId(sealed["key"]), field="lead.source", value=post.author_known_as or lead)
    frame, aim = verdict.frame.value, verdict.target.value
    return sealed | {
        "id": lead,
        "batch": run.batch,
        "target": post.target,
        "record_key": post.record_key,
        "observation": post.observation,
        "act": post.act.value,
        "posted_at": instant(post.posted_at) if post.posted_at else None,
        "found_at": instant(r.ctx.now()),
        "band": int(band_of(one.categories, aim=aim, frame=frame)),
        "score": one.score,
        "categories": " ".join(one.categories),
        "frame": frame,
        "aim": aim,
        "model": verdict.model,
        "calibration": verdict.calibration,
        "source": source.hex()[:32],
        "status": Status.WAITING.value,
        "reason": None,
        "disposed_by": None,
        "disposed_at": None,
    }


def _lead(columns: dict[str, Any]) -> Lead:
    times = {name: datetime.fromisoformat(columns[name]) for name in ("posted_at", "found_at") if columns[name]}
    return Lead(**(columns | times))


def _snapshot(one: Found, code: CodeOfConduct | None) -> Snapshot:
    spans = tuple(Span(span.begin, span.end, span.category.value) for span in one.verdict.spans)
    return Snapshot(one.post.text, spans, one.verdict.reason, _clauses(one, code))


def _clauses(one: Found, code: CodeOfConduct | None) -> tuple[SuggestedClause, ...]:
    """Return what the code suggests for the day of the post; nothing without a code, a day or a version then."""
    if code is None or one.post.posted_at is None:
        return ()
    day = one.post.posted_at.date()
    try:
        since = in_force(code, day).start.isoformat()
        named = [clause for category in one.categories for clause in clauses_for(code, category, on=day)]
    except NotInForce:
        return ()
    unique = {clause.number: SuggestedClause(clause.number, clause.title, since) for clause in named}
    return tuple(unique.values())


def _record_run(run: Run, ctx: Context) -> None:
    """Record what was read and what was not; the next run starts behind this one."""
    readings = [
        {
            "id": f"{run.batch}:{target}:{outcome}",
            "batch": run.batch,
            "target": target,
            "outcome": outcome,
            "posts": posts,
        }
        for (target, outcome), posts in sorted(run.outcomes.items())
    ]
    screening = {"batch": run.batch, "upto": run.upto, "posts": run.posts, "leads": run.leads, "model": run.model}
    with recording(actor=SYSTEM, ctx=ctx, purpose=PURPOSE) as r:
        Reading.objects.bulk_create([Reading(**reading) for reading in readings], batch_size=200)
        at = whole_second(ctx)
        Screening.objects.create(at=at, **screening)
        said = screening | {"at": instant(at)}
        r.add(type="lead.disposed", key=ORGANISATION, body={"readings": readings, "screening": said})
        record_sample(r, run.unflagged, run.batch)


def _slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
