"""The detector: posts in, verdicts out. Nothing is stored, nothing leaves, no clock and no randomness."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening.frames import FrameRule, framings
from evenhand.screening.model import Package, load, shipped
from evenhand.screening.reasons import NOTHING_FOUND, flagged, framed
from evenhand.screening.scoring import Scored, flags_of, score
from evenhand.screening.spans import threat_spans, word_spans
from evenhand.screening.targets import groups_in, target_of
from evenhand.screening.verdict import ABSTENTION_REASONS, Abstention, Frame, Span, Target, Verdict
from evenhand.screening.views import Reading, abstention, read, vocabulary

BATCH: Final = 256
_MODEL_ID: Final = re.compile(r"linear-[0-9a-f]{12}")
_NONE: Final[dict[Category, float | None]] = dict.fromkeys(Category)


@dataclass(frozen=True, slots=True)
class Post:
    """A post whose words reach a threshold, with its place in the batch."""

    index: int
    text: str
    reading: Reading
    scored: Scored
    flags: tuple[Category, ...]
    parent: str | None


class Screener:
    """Screens posts with one model package.

    `model` names an older local package by its id, looked for in `models` (a folder of packages); None is
    the shipped one. Raises UsageError (exit 2) if it is not there: another model is never taken instead.
    Memory: about 10 MB for the weights. Safe to share between threads: nothing changes after it is made.
    """

    def __init__(self, model: str | None = None, *, models: Path | None = None) -> None:
        self.package = _package(model, models)
        self.model_id = self.package.model.id
        self._fixed = self.package.calibration
        self.calibration_id = self._fixed.id
        self._words = vocabulary(self.package.model)

    def screen(self, texts: Sequence[str], parents: Sequence[str | None] | None = None) -> list[Verdict]:
        """Return one verdict per text, in order.

        The same text gives the same verdict alone and in any batch: sums are of whole numbers. `parents`
        (the posts replied to, or None each) are used to tell whom a reply is aimed at; there must be as
        many. Cost: linear; spans and frames only for posts near a flag. Raises UsageError on a length
        mismatch.
        """
        given: Sequence[str | None] = parents if parents is not None else [None] * len(texts)
        if len(given) != len(texts):
            raise UsageError(
                f"{len(texts)} texts but {len(given)} parents.", mend="Give one parent (or None) for each text."
            )
        return list(self._stream(texts, given))

    def marked_words(self, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        """Return per text the spans it would show if it were flagged for abuse, whatever its scores.

        For measuring spans on texts that are known to be toxic; code points of each text given.
        """
        out = []
        for start in range(0, len(texts), BATCH):
            readings = [read(text, self._words) for text in texts[start : start + BATCH]]
            scored = score(self.package, [reading.views for reading in readings])
            words = word_spans(self.package, [(one.view, (Category.ABUSE,)) for one in scored])
            out += [tuple(spans + threat_spans(one.view, one.hits)) for one, spans in zip(scored, words, strict=True)]
        return out

    def _stream(self, texts: Sequence[str], parents: Sequence[str | None]) -> Iterator[Verdict]:
        for start in range(0, len(texts), BATCH):
            yield from self._batch(texts[start : start + BATCH], parents[start : start + BATCH])

    def _batch(self, texts: Sequence[str], parents: Sequence[str | None]) -> list[Verdict]:
        readings = [read(text, self._words) for text in texts]
        scored = score(self.package, [reading.views for reading in readings])
        verdicts: list[Verdict | None] = [None] * len(texts)
        flagged: list[Post] = []
        for index, (text, reading, one) in enumerate(zip(texts, readings, scored, strict=True)):
            why = abstention(text, reading, one.known_share)
            flags = flags_of(self._fixed, one.scores)
            if why or not flags:
                verdicts[index] = self._abstain(why) if why else self._make(one, reason=NOTHING_FOUND)
            else:
                flagged.append(Post(index, text, reading, one, flags, parents[index]))
        for post, verdict in zip(flagged, self._explained(flagged), strict=True):
            verdicts[post.index] = verdict
        return [verdict for verdict in verdicts if verdict is not None]

    def _explained(self, posts: Sequence[Post]) -> Iterator[Verdict]:
        """Return the verdicts of posts whose words reach a threshold: framed, or flagged with reasons."""
        framed_by = self._framings(posts)
        words = word_spans(self.package, [(post.scored.view, post.flags) for post in posts])
        for post, framing, marked in zip(posts, framed_by, words, strict=True):
            threats = threat_spans(post.scored.view, post.scored.hits) if Category.THREAT in post.flags else []
            ordered = tuple(sorted([*marked, *threats], key=lambda span: (span.begin, span.end, span.category)))
            yield self._flagged(post, ordered) if framing is None else self._framed(post, ordered, *framing)

    def _framings(self, posts: Sequence[Post]) -> list[tuple[FrameRule, Scored] | None]:
        """Return per post the first frame whose remainder reaches no threshold, with the remainder's scores."""
        maybe = [(number, framing) for number, post in enumerate(posts) for framing in framings(post.scored.view)]
        own = score(self.package, [(framing.remainder,) for _, framing in maybe])
        found: list[tuple[FrameRule, Scored] | None] = [None] * len(posts)
        for (number, framing), scored in zip(maybe, own, strict=True):
            if found[number] is None and not flags_of(self._fixed, scored.scores):
                found[number] = (framing.rule, scored)
        return found

    def _framed(self, post: Post, spans: tuple[Span, ...], rule: FrameRule, own: Scored) -> Verdict:
        reason = framed(post.text, spans, rule.frame, rule.explain)
        groups = groups_in(post.reading.clear.text)
        return self._make(own, frame=rule.frame, groups=groups, spans=spans, reason=reason)

    def _flagged(self, post: Post, spans: tuple[Span, ...]) -> Verdict:
        text = post.reading.clear.text
        groups = groups_in(text)
        target = target_of(text, post.flags, groups)
        if target is Target.NONE and post.parent:
            target = Target.ADDRESSEE  # a reply that names nobody is aimed at the person it answers
        reason = flagged(post.text, post.flags, spans, target, post.scored.hits)
        return self._make(post.scored, flags=post.flags, target=target, groups=groups, spans=spans, reason=reason)

    def _make(
        self,
        scored: Scored,
        *,
        reason: str,
        flags: tuple[Category, ...] = (),
        frame: Frame = Frame.ASSERTED,
        target: Target = Target.NONE,
        groups: tuple[str, ...] = (),
        spans: tuple[Span, ...] = (),
    ) -> Verdict:
        return Verdict(
            abstained=None,
            scores={**_NONE, **scored.scores},
            flags=flags,
            frame=frame,
            target=target,
            groups=groups,
            spans=spans,
            reason=reason,
            model=self.model_id,
            calibration=self.calibration_id,
        )

    def _abstain(self, why: Abstention) -> Verdict:
        return Verdict(
            why, dict(_NONE), (), Frame.ASSERTED, Target.NONE, (), (), ABSTENTION_REASONS[why],
            self.model_id, self.calibration_id,
        )  # fmt: skip


def _package(model: str | None, models: Path | None) -> Package:
    if model is None:
        return shipped()
    package = shipped()
    if model == package.model.id:
        return package
    if not _MODEL_ID.fullmatch(model):
        raise UsageError(f"{model!r} is not a model id.", mend="A model id looks like linear-0123456789ab.")
    folder = models / model if models is not None else None
    if folder is None or not folder.is_dir():
        raise UsageError(
            f"the model {model} is not on this machine.",
            where=str(folder) if folder else "",
            mend=f"Put its package there, or leave --model out to use {package.model.id}.",
        )
    found = load(folder)
    if found.model.id != model:
        raise UsageError(f"this folder holds {found.model.id}.", where=str(folder), mend="Restore the right package.")
    return found
