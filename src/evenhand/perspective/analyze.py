"""AnalyzeComment: the checks in their order, then scores, spans and what the answer says (PERSPECTIVE §3 to §6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evenhand.perspective import languages, refusals, spans
from evenhand.perspective.attributes import ALIASES, SEVERE, heads_of, value_of
from evenhand.perspective.keys import Key
from evenhand.perspective.languages import Tongue
from evenhand.perspective.models import Model
from evenhand.perspective.quantiles import QuantileMap
from evenhand.perspective.reading import Analyze, Comment, Wanted
from evenhand.perspective.scorer import Item, Scorer
from evenhand.screening import Abstention, Verdict

LONGEST_TEXT: Final = 20_480  # UTF-8 bytes
_PROBABILITY: Final = {None, "SCORE_TYPE_UNSPECIFIED", "PROBABILITY"}
_PLAIN: Final = {None, "TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """One attribute to score: the name it was asked by, the production attribute that answers, and the wish."""

    asked: str
    attribute: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Analysed:
    """The body of an answer, and the headers that depend on how it was made."""

    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a key's requests are answered; the defaults are those of a new key."""

    spans: str = "phrase"
    unsupported: str = "error"
    aliases: bool = False
    quantile_map: QuantileMap | None = None

    @classmethod
    def of(cls, key: Key) -> Manner:
        """Return the manner of a key."""
        return cls(key.spans, key.unsupported, key.aliases, key.quantile_map)


def analyse(asked: Analyze, *, manner: Manner, model: Model, scorer: Scorer, deployment: str) -> Analysed:
    """Return the answer; raises Refusal for the first check that fails. Nothing is stored."""
    chosen = checked(asked, manner=manner, model=model)
    if not chosen:
        echoed = list(asked.comment.languages) or [deployment]
        return Analysed(_body({}, echoed, [languages.primary(tag) for tag in echoed], asked.comment), ())
    text = asked.comment.text
    spoken = languages.tongue(text, asked.comment.languages, deployment=deployment, attribute=chosen[0].asked)
    for one in chosen:
        languages.check_served(one.asked, spoken, model.attributes[one.attribute])
    parts = spans.sentences(text) if asked.spans and manner.spans == "sentence" else []
    verdicts = scorer.score(model.detector, list(_items(asked.comment, parts, spoken, model)))
    _check_read(verdicts[0], chosen[0].asked)
    curve = _curve_for(manner, model)
    scored = _Scored(text, verdicts[0], tuple(zip(parts, verdicts[1:], strict=True)), curve)
    scores = {one.asked: found for one in chosen if (found := scored.answer(one, asked, manner)) is not None}
    body = _body(scores, spoken.echoed, languages.detected(text, spoken), asked.comment)
    return Analysed(body, tuple(_headers(chosen, curve)))


def checked(asked: Analyze, *, manner: Manner, model: Model) -> list[Chosen]:
    """Return what is to be scored, in request order; raises the first Refusal in the order of PERSPECTIVE §6."""
    if not asked.attributes:
        raise refusals.no_attributes()
    check_comment(asked.comment)
    chosen = [one for one in _resolved(asked, manner) if _is_served(one, manner, model)]
    for one in chosen:
        if one.wanted.score_type not in _PROBABILITY:
            kind = refusals.short(one.wanted.score_type or "")
            raise refusals.invalid(f"Requested score type {kind} is not supported by attribute {one.asked}")
    return chosen


def check_comment(comment: Comment) -> None:
    """Raise the first Refusal about the comment and its context."""
    if not comment.text.strip():
        raise refusals.comment_empty()
    if len(comment.text.encode("utf-8", "surrogatepass")) > LONGEST_TEXT:
        raise refusals.comment_too_long()
    if comment.text_type not in _PLAIN:
        html = "Currently, only 'PLAIN_TEXT' comments are supported"
        raise refusals.invalid(html if comment.text_type == "HTML" else "Unknown text type")
    if comment.entries and comment.article:
        raise refusals.invalid(
            "Context can have either entries or article_and_parent_comment, but both fields were populated."
        )


def _resolved(asked: Analyze, manner: Manner) -> Iterator[Chosen]:
    for name, wanted in asked.attributes.items():
        yield Chosen(name, ALIASES.get(name, name) if manner.aliases else name, wanted)


def _is_served(one: Chosen, manner: Manner, model: Model) -> bool:
    if one.attribute in model.attributes:
        return True
    if manner.unsupported == "omit":
        return False
    raise refusals.unknown_attribute(one.asked)


def _items(comment: Comment, parts: Sequence[spans.Pair], spoken: Tongue, model: Model) -> Iterator[Item]:
    parent = comment.parent if model.gates.parent_context else None
    language = spoken.language if spoken.certain else None
    yield Item(comment.text, parent, language)
    for begin, end in parts:
        yield Item(comment.text[begin:end], parent, language)


def _check_read(verdict: Verdict, attribute: str) -> None:
    """Raise a Refusal if the detector did not read the text: there is no number it could stand behind."""
    if verdict.abstained is Abstention.NO_TEXT:
        raise refusals.comment_empty()
    if verdict.abstained is not None:
        raise refusals.language_unknown(attribute)


def _curve_for(manner: Manner, model: Model) -> QuantileMap | None:
    """Return the key's map if it was fitted on this very version's scores."""
    found = manner.quantile_map
    return found if found and found.fits(model.gates.model, model.gates.calibration) else None


def _headers(chosen: Sequence[Chosen], curve: QuantileMap | None) -> Iterator[tuple[str, str]]:
    used = [f"{one.asked}={one.attribute}" for one in chosen if one.asked != one.attribute]
    if used:
        yield "Evenhand-Alias", ", ".join(used)
    if curve is not None and any(one.attribute in curve.curves for one in chosen):
        yield "Evenhand-Quantile-Map", curve.id


def _body(scores: Mapping[str, Any], echoed: list[str], found: list[str], comment: Comment) -> dict[str, Any]:
    body: dict[str, Any] = {"attributeScores": dict(scores)} if scores else {}
    body |= {"languages": echoed, "detectedLanguages": found}
    return body if comment.client_token is None else {**body, "clientToken": comment.client_token}


@dataclass(frozen=True, slots=True)
class _Scored:
    """A text with its verdict, its sentences with theirs, and the curve its scores go through."""

    text: str
    verdict: Verdict
    sentences: Sequence[tuple[spans.Pair, Verdict]]
    curve: QuantileMap | None

    def answer(self, one: Chosen, asked: Analyze, manner: Manner) -> dict[str, Any] | None:
        """Return an attribute's scores, or None if it is under its threshold or left out."""
        value = self._value(one.attribute, self.verdict)
        if value is None:
            if manner.unsupported == "omit":
                return None
            raise refusals.unknown_attribute(one.asked)
        if value < one.wanted.threshold:
            return None
        found = self._spans(one.attribute, value) if asked.spans else []
        whole = [(0, spans.utf16_offsets(self.text)[-1], value)]
        return {
            "spanScores": [{"begin": b, "end": e, "score": _score(v)} for b, e, v in found or whole],
            "summaryScore": _score(value),
        }

    def _value(self, attribute: str, verdict: Verdict) -> float | None:
        value = value_of(attribute, verdict.scores)
        if value is None or self.curve is None:
            return value
        mapped = self.curve.value(attribute, value)
        if attribute == SEVERE and (ceiling := self._value("TOXICITY", verdict)) is not None:
            return min(mapped, ceiling)
        return mapped

    def _spans(self, attribute: str, value: float) -> list[tuple[int, int, float]]:
        if self.sentences:
            read = [(part, self._value(attribute, one)) for part, one in self.sentences if one.abstained is None]
            known = {part: score for part, score in read if score is not None}
            places = spans.to_utf16(known, self.text)
            return [(*place, score) for place, score in zip(places, known.values(), strict=True)]
        marked = [(s.begin, s.end) for s in self.verdict.spans if s.category in heads_of(attribute)]
        return [(b, e, value) for b, e in spans.to_utf16(spans.widened(marked, self.text), self.text)]


def _score(value: float) -> dict[str, Any]:
    return {"value": value, "type": "PROBABILITY"}
