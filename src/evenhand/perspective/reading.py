"""Reads request bodies: camelCase and snake_case of every field, wrong shapes refused, unknown fields ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NoReturn, TypeVar

from evenhand.perspective.refusals import invalid, malformed

LONGEST_OPAQUE: Final = 1024  # characters of clientToken, sessionId, communityId
MOST_LANGUAGES: Final = 32
LONGEST_LANGUAGE: Final = 64
MOST_ATTRIBUTES: Final = 256
MOST_ENTRIES: Final = 256
_FARTHEST: Final = 1 << 31
_TAG: Final = re.compile(r"[A-Za-z]{1,8}([-_][A-Za-z0-9]{1,8})*")
_HUMP: Final = re.compile(r"(?<!^)(?=[A-Z])")
_KINDS: Final[dict[type, str]] = {
    dict: "an object", list: "a list", str: "a string", bool: "true or false",
}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of one attribute: the score type as sent, and the score under which it is left out."""

    score_type: str | None
    threshold: float


@dataclass(frozen=True, slots=True)
class Comment:
    """The part that both methods share. `parent` is the text replied to, if one was sent."""

    text: str
    text_type: str | None
    entries: bool
    article: bool
    parent: str | None
    languages: tuple[str, ...]
    client_token: str | None
    session_id: str | None
    community_id: str | None


@dataclass(frozen=True, slots=True)
class Analyze:
    """An AnalyzeComment request, read but not yet checked against what is served."""

    comment: Comment
    attributes: Mapping[str, Wanted]
    spans: bool


@dataclass(frozen=True, slots=True)
class Suggested:
    """One score that a reviewer suggests; a span is (begin, end) in UTF-16 code units, None for the whole."""

    attribute: str
    value: float
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Suggest:
    """A SuggestCommentScore request, read."""

    comment: Comment
    attributes: int
    scores: tuple[Suggested, ...]


def parse(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body; raises Refusal (400, no errorType) on anything else."""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise malformed("Invalid JSON payload received.") from error
    if not isinstance(document, dict):
        raise malformed("Invalid JSON payload received: the body must be an object.")
    return document


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def analyze_request(document: Mapping[str, Any]) -> Analyze:
    """Return the request; raises Refusal for a value of the wrong kind or two forms that disagree."""
    asked = field(document, "requestedAttributes", dict) or {}
    if len(asked) > MOST_ATTRIBUTES:
        raise invalid(f"At most {MOST_ATTRIBUTES} requested attributes.")
    attributes = {name: _wanted(_options(value)) for name, value in asked.items()}
    spans = bool(field(document, "spanAnnotations", bool))
    field(document, "doNotStore", bool)  # read so that a wrong kind is said; no text is stored whatever it says
    return Analyze(_comment(document), attributes, spans)


def suggest_request(document: Mapping[str, Any]) -> Suggest:
    """Return the request; raises Refusal for a value of the wrong kind, or outside 0 to 1."""
    given = field(document, "attributeScores", dict) or {}
    if len(given) > MOST_ATTRIBUTES:
        raise invalid(f"At most {MOST_ATTRIBUTES} attribute scores.")
    scores = [one for name, value in given.items() for one in _suggested(name, value)]
    return Suggest(_comment(document), len(given), tuple(scores))


def field(document: Mapping[str, Any], name: str, kind: type[T]) -> T | None:
    """Return a field by its camelCase name or its snake_case form; null counts as absent.

    Raises Refusal if both forms are there with different values, or if the value is of another kind.
    """
    values = [document[form] for form in _forms(name) if document.get(form) is not None]
    if len(values) > 1 and not _same(values[0], values[1]):
        raise invalid(f"{' and '.join(_forms(name))} were both sent, with different values.")
    return of_kind(values[0], kind, name) if values else None


@cache
def _forms(name: str) -> tuple[str, ...]:
    # A request has two dozen of our names in it, always the same.
    return tuple(dict.fromkeys((name, _HUMP.sub("_", name).lower())))


def _same(one: object, other: object) -> bool:
    # As text, because Python calls 1, 1.0 and true equal.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def of_kind(value: Any, kind: type[T], name: str) -> T:
    """Return the value if it is of that kind; raises Refusal otherwise."""
    if not isinstance(value, kind):
        raise invalid(f"Invalid value at '{name}': it must be {_KINDS[kind]}.")
    return value


def _options(value: Any) -> dict[str, Any]:
    return {} if value is None else of_kind(value, dict, "requestedAttributes")


def _wanted(options: Mapping[str, Any]) -> Wanted:
    threshold = _either(options, "scoreThreshold")
    if isinstance(threshold, dict):
        threshold = threshold.get("value", 0.0)
    return Wanted(field(options, "scoreType", str), _between(0.0 if threshold is None else threshold, "scoreThreshold"))


def _either(options: Mapping[str, Any], name: str) -> Any:
    return field(options, name, object)


def _between(value: Any, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        raise invalid(f"Invalid value at '{name}': it must be a number from 0 to 1.")
    return float(value)


def _comment(document: Mapping[str, Any]) -> Comment:
    comment = field(document, "comment", dict) or {}
    context = field(document, "context", dict) or {}
    entries = field(context, "entries", list) or []
    article = field(context, "articleAndParentComment", dict) or {}
    return Comment(
        text=field(comment, "text", str) or "",
        text_type=field(comment, "type", str),
        entries=bool(entries),
        article=bool(article),
        parent=_parent(entries, article),
        languages=_languages(document),
        client_token=_opaque(document, "clientToken"),
        session_id=_opaque(document, "sessionId"),
        community_id=_opaque(document, "communityId"),
    )


def _parent(entries: list[Any], article: Mapping[str, Any]) -> str | None:
    """Return the text replied to: the parent comment, else the last entry. Every entry's kind is checked."""
    if len(entries) > MOST_ENTRIES:
        raise invalid(f"At most {MOST_ENTRIES} context entries.")
    texts = [_text_of(entry, "context.entries") for entry in entries]
    _text_of(field(article, "article", dict) or {}, "context.articleAndParentComment.article")
    parent = _text_of(field(article, "parentComment", dict) or {}, "context.articleAndParentComment.parentComment")
    return parent or (texts[-1] if texts else None)


def _text_of(entry: Any, name: str) -> str | None:
    whole = of_kind(entry, dict, name)
    field(whole, "type", str)
    return field(whole, "text", str)


def _languages(document: Mapping[str, Any]) -> tuple[str, ...]:
    tags = field(document, "languages", list) or []
    if len(tags) > MOST_LANGUAGES:
        raise invalid(f"At most {MOST_LANGUAGES} languages.")
    found = tuple(of_kind(tag, str, "languages") for tag in tags)
    if not all(len(tag) <= LONGEST_LANGUAGE and _TAG.fullmatch(tag) for tag in found):
        raise invalid("Invalid value at 'languages': each must be a language tag such as en.")
    return found


def _opaque(document: Mapping[str, Any], name: str) -> str | None:
    value = field(document, name, str)
    if value is not None and len(value) > LONGEST_OPAQUE:
        raise invalid(f"Invalid value at '{name}': at most {LONGEST_OPAQUE} characters.")
    return value


def _suggested(attribute: str, value: Any) -> list[Suggested]:
    given = of_kind(value, dict, "attributeScores")
    found = []
    summary = field(given, "summaryScore", dict)
    if summary is not None:
        found.append(Suggested(attribute, _score(summary), None))
    for span in field(given, "spanScores", list) or []:
        found.append(_span(attribute, of_kind(span, dict, "spanScores")))
    if not found:
        raise invalid("Each attribute needs a summaryScore or spanScores.")
    return found


def _span(attribute: str, span: Mapping[str, Any]) -> Suggested:
    begin, end = _either(span, "begin"), _either(span, "end")
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (begin, end))
    if not whole or not 0 <= begin <= end < _FARTHEST:
        raise invalid("Invalid value at 'spanScores': begin and end must be whole numbers, begin not after end.")
    return Suggested(attribute, _score(field(span, "score", dict) or {}), (begin, end))


def _score(score: Mapping[str, Any]) -> float:
    kind = field(score, "type", str)
    if kind not in {None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"}:
        raise invalid("Only scores of type PROBABILITY can be suggested.")
    value = _either(score, "value")
    return _between(0.0 if value is None else value, "value")
