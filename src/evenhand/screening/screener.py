"""The detector: posts in, verdicts out. Nothing is stored, nothing leaves, no clock and no randomness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening.choosing import judges_of
from evenhand.screening.frames import FrameRule, framings
from evenhand.screening.gate import Gate
from evenhand.screening.judges import Judge, Judged
from evenhand.screening.model import shipped
from evenhand.screening.reasons import NOTHING_FOUND, flagged, framed, read_as
from evenhand.screening.ruling import switched_off
from evenhand.screening.scoring import known_shares
from evenhand.screening.targets import groups_in, target_of
from evenhand.screening.verdict import ABSTENTION_REASONS, Abstention, Frame, Span, Target, Verdict
from evenhand.screening.views import LONGEST, Reading, abstention, read, vocabulary
from evenhand.text import View, normalise

# Posts that are sorted by length together; each core takes one such batch after the other.
BATCH: Final = 512
THREADS: Final = 2
_NONE: Final[dict[Category, float | None]] = dict.fromkeys(Category)


@dataclass(frozen=True, slots=True)
class Post:
    """A post that is judged, with its place in the batch."""

    index: int
    text: str
    reading: Reading
    parent: View | None


class Screener:
    """Screens posts with one model package.

    `model` names an older local package by its id, looked for in `models` (a folder of packages); None is
    the shipped one. Raises UsageError (exit 2) if it is not there: another model is never taken instead.
    `fast` (bulk only) lets the linear gate answer for posts in which it sees next to nothing: those verdicts
    bear the gate's model id. `threads`: cores one call may use. `off`: ids of rules the organisation has
    switched off.
    Memory: about 150 MB. Safe to share between threads: nothing changes after it is made.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        models: Path | None = None,
        fast: bool = False,
        threads: int = THREADS,
        off: Iterable[str] = (),
    ) -> None:
        chosen = judges_of(model, models, fast=fast, off=switched_off(off))
        self._threads = threads
        self._judge: Judge = chosen.judge
        self._gate = chosen.gate
        self.package = chosen.judge.package
        self.model_id = self._judge.id
        self.calibration_id = self._judge.calibration_id
        self._words = vocabulary(shipped().model)

    def screen(
        self,
        texts: Sequence[str],
        parents: Sequence[str | None] | None = None,
        languages: Sequence[str | None] | None = None,
    ) -> list[Verdict]:
        """Return one verdict per text, in order.

        The same text gives the same flags, and scores within 1e-3, alone and in any batch. `parents` (the
        posts replied to, or None each) are read beside the text. `languages` (BCP 47 tags, or None each) are
        what the texts are known to be written in: stated English is read as English whatever its words look
        like, another language is not assessed; None leaves it to the words. There must be as many of each as
        texts. Cost: linear; a few milliseconds a post. Raises UsageError on a length mismatch.
        """
        return list(self._stream(texts, _one_each(texts, parents, "parent"), _one_each(texts, languages, "language")))

    def marked_words(self, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        """Return per text the words at or over the span cut-off, whatever its scores.

        For measuring spans on texts that are known to be toxic; code points of each text given.
        """
        out: list[tuple[Span, ...]] = []
        for start in range(0, len(texts), BATCH):
            readings = [read(text, self._words) for text in texts[start : start + BATCH]]
            judged = self._judge.judge([reading.views for reading in readings], [None] * len(readings))
            out += [tuple(self._judge.strong_words(one)) for one in judged]
        return out

    def _stream(
        self, texts: Sequence[str], parents: Sequence[str | None], languages: Sequence[str | None]
    ) -> Iterator[Verdict]:
        size = max(1, min(BATCH, -(-len(texts) // self._threads)))
        parts = [slice(start, start + size) for start in range(0, len(texts), size)]

        def screened(part: slice) -> list[Verdict]:
            return self._finished(self._sifted(texts[part], parents[part], languages[part]))

        if len(parts) < 2:
            yield from (verdict for part in parts for verdict in screened(part))
            return
        with ThreadPoolExecutor(self._threads) as cores:
            yield from (verdict for verdicts in cores.map(screened, parts) for verdict in verdicts)

    def _sifted(
        self, texts: Sequence[str], parents: Sequence[str | None], languages: Sequence[str | None]
    ) -> tuple[dict[int, Verdict], list[Post]]:
        """Return the verdicts of the posts that need no full model, by place, and the other posts."""
        readings = [read(text, self._words) for text in texts]
        verdicts: dict[int, Verdict] = {}
        posts: list[Post] = []
        shares = known_shares(shipped().model, [reading.clear for reading in readings])
        for index, (text, reading, share) in enumerate(zip(texts, readings, shares, strict=True)):
            why = abstention(text, reading, share, languages[index])
            if why:
                verdicts[index] = self._abstain(why)
            else:
                posts.append(Post(index, text, reading, _above(parents[index])))
        if self._gate is not None:
            posts = self._through(self._gate, posts, verdicts)
        return verdicts, posts

    def _finished(self, sifted: tuple[dict[int, Verdict], list[Post]]) -> list[Verdict]:
        """Return all verdicts of a sifted batch in order."""
        verdicts, posts = sifted
        judged = self._judge.judge([post.reading.views for post in posts], [post.parent for post in posts])
        verdicts.update(self._verdicts(list(zip(posts, judged, strict=True))))
        return [verdicts[index] for index in range(len(verdicts))]

    def _through(self, gate: Gate, posts: Sequence[Post], verdicts: dict[int, Verdict]) -> list[Post]:
        """Return the posts the full model is to read; the others get the gate's verdict, under the gate's ids."""
        passes, scored = gate.passes([post.reading.views for post in posts])
        ids = gate.package.model.id, gate.package.calibration.id
        for post, is_through, one in zip(posts, passes, scored, strict=True):
            if not is_through:
                quiet = Judged(one.view, (), one.scores, ())
                verdicts[post.index] = self._make(quiet, reason=NOTHING_FOUND, ids=ids)
        return [post for post, is_through in zip(posts, passes, strict=True) if is_through]

    def _verdicts(self, found: Sequence[tuple[Post, Judged]]) -> Iterator[tuple[int, Verdict]]:
        flagged_posts = [(post, one) for post, one in found if one.flags]
        for post, one in found:
            if not one.flags:
                yield post.index, self._quiet(post, one)
        for (post, _), verdict in zip(flagged_posts, self._explained(flagged_posts), strict=True):
            yield post.index, verdict

    def _quiet(self, post: Post, one: Judged) -> Verdict:
        """Return the verdict of a post that reaches no threshold: framed if strong words stand in another frame."""
        if one.frame in {None, Frame.ASSERTED}:
            return self._make(one, reason=NOTHING_FOUND)
        spans = tuple(self._judge.strong_words(one))
        if not spans:
            return self._make(one, reason=NOTHING_FOUND)
        groups = groups_in(post.reading.clear.text)
        rule = next((framing.rule for framing in framings(one.view)), None)
        frame = rule.frame if rule else one.frame or Frame.ASSERTED
        reason = framed(post.text, spans, frame, rule.explain) if rule else read_as(post.text, spans, frame)
        return self._make(one, frame=frame, groups=groups, spans=spans, reason=reason)

    def _explained(self, posts: Sequence[tuple[Post, Judged]]) -> Iterator[Verdict]:
        """Return the verdicts of posts whose words reach a threshold: framed, or flagged with reasons."""
        framed_by = self._framings(posts)
        words = self._judge.spans([(one, one.flags) for _, one in posts])
        for (post, one), framing, spans in zip(posts, framed_by, words, strict=True):
            if framing is None:
                yield self._flagged(post, one, tuple(spans))
            else:
                yield self._framed(post, tuple(spans), *framing)

    def _framings(self, posts: Sequence[tuple[Post, Judged]]) -> list[tuple[FrameRule, Judged] | None]:
        """Return per post the first frame whose remainder reaches no threshold, with the remainder's scores."""
        maybe = [(number, framing) for number, (_, one) in enumerate(posts) for framing in framings(one.view)]
        own = self._judge.judge([(framing.remainder,) for _, framing in maybe], [None] * len(maybe))
        found: list[tuple[FrameRule, Judged] | None] = [None] * len(posts)
        for (number, framing), judged in zip(maybe, own, strict=True):
            if found[number] is None and not judged.flags:
                found[number] = (framing.rule, judged)
        return found

    def _framed(self, post: Post, spans: tuple[Span, ...], rule: FrameRule, own: Judged) -> Verdict:
        reason = framed(post.text, spans, rule.frame, rule.explain)
        groups = groups_in(post.reading.clear.text)
        return self._make(own, frame=rule.frame, groups=groups, spans=spans, reason=reason)

    def _flagged(self, post: Post, one: Judged, spans: tuple[Span, ...]) -> Verdict:
        text = post.reading.clear.text
        groups = groups_in(text)
        target = target_of(text, one.flags, groups)
        if target is Target.NONE and one.target is not None:
            target = one.target
        if target is Target.NONE and post.parent is not None:
            target = Target.ADDRESSEE  # a reply that names nobody is aimed at the person it answers
        reason = flagged(post.text, one.flags, spans, target, one.rulings)
        return self._make(one, flags=one.flags, target=target, groups=groups, spans=spans, reason=reason)

    def _make(
        self,
        judged: Judged,
        *,
        reason: str,
        flags: tuple[Category, ...] = (),
        frame: Frame = Frame.ASSERTED,
        target: Target = Target.NONE,
        groups: tuple[str, ...] = (),
        spans: tuple[Span, ...] = (),
        ids: tuple[str, str] | None = None,
    ) -> Verdict:
        return Verdict(
            abstained=None,
            scores={**_NONE, **judged.scores},
            flags=flags,
            frame=frame,
            target=target,
            groups=groups,
            spans=spans,
            reason=reason,
            model=ids[0] if ids else self.model_id,
            calibration=ids[1] if ids else self.calibration_id,
        )

    def _abstain(self, why: Abstention) -> Verdict:
        return Verdict(
            why, dict(_NONE), (), Frame.ASSERTED, Target.NONE, (), (), ABSTENTION_REASONS[why],
            self.model_id, self.calibration_id,
        )  # fmt: skip


def _one_each(texts: Sequence[str], given: Sequence[str | None] | None, name: str) -> Sequence[str | None]:
    if given is None:
        return [None] * len(texts)
    if len(given) != len(texts):
        mend = f"Give one {name} (or None) for each text."
        raise UsageError(f"{len(texts)} texts but {len(given)} {name}s.", mend=mend)
    return given


def _above(parent: str | None) -> View | None:
    return normalise(parent[-LONGEST:]) if parent else None
