"""The OpenAPI description of the service, for generated clients and for fuzzing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from evenhand.perspective.reading import LONGEST_LANGUAGE, LONGEST_OPAQUE, MOST_ENTRIES, MOST_LANGUAGES

_JSON: Final = "application/json"


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


_PROBABILITY: Final = {"type": "number", "minimum": 0, "maximum": 1}
_OR_ZERO: Final = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_OPAQUE: Final = {"type": ["string", "null"], "maxLength": LONGEST_OPAQUE}
_LANGUAGES: Final = {
    "type": ["array", "null"],
    "items": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_LANGUAGE,
        "pattern": "^[Ee][Nn]([-_][A-Za-z0-9]{1,8})*$",
    },
    "maxItems": MOST_LANGUAGES,
}
_IDS: Final = {"clientToken": _OPAQUE, "sessionId": _OPAQUE, "communityId": _OPAQUE}
_STRINGS: Final = {"type": "array", "items": {"type": "string"}}
_SCORE_TYPE: Final = {"enum": ["PROBABILITY", "SCORE_TYPE_UNSPECIFIED", None]}
_TEXT_TYPE: Final = {"enum": ["PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED", None]}

SCHEMAS: Final[dict[str, Any]] = {
    "Comment": _object({"text": {"type": "string", "minLength": 1, "pattern": r"\S"}, "type": _TEXT_TYPE}, "text"),
    "TextEntry": _object({"text": {"type": ["string", "null"]}, "type": {"type": ["string", "null"]}}),
    "Context": _object({"entries": {"type": ["array", "null"], "items": _ref("TextEntry"), "maxItems": MOST_ENTRIES}}),
    "AttributeParameters": _object(
        {
            "scoreType": _SCORE_TYPE,
            "scoreThreshold": {"anyOf": [_PROBABILITY, {"type": "null"}, _object({"value": _OR_ZERO})]},
        }
    ),
    "AnalyzeCommentRequest": _object(
        {
            "comment": _ref("Comment"),
            "context": {"anyOf": [_ref("Context"), {"type": "null"}]},
            "requestedAttributes": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": _ref("Attribute"),
                "additionalProperties": _ref("AttributeParameters"),
            },
            "spanAnnotations": {"type": ["boolean", "null"]},
            "languages": _LANGUAGES,
            "doNotStore": {"type": ["boolean", "null"]},
            **_IDS,
        },
        "comment",
        "requestedAttributes",
    ),
    "Score": _object({"value": _PROBABILITY, "type": {"const": "PROBABILITY"}}, "value", "type"),
    "SpanScore": _object(
        {"begin": {"type": "integer", "minimum": 0}, "end": {"type": "integer"}, "score": _ref("Score")},
        "begin",
        "end",
        "score",
    ),
    "AttributeScores": _object(
        {"spanScores": {"type": "array", "items": _ref("SpanScore")}, "summaryScore": _ref("Score")},
        "spanScores",
        "summaryScore",
    ),
    "AnalyzeCommentResponse": _object(
        {
            "attributeScores": {"type": "object", "additionalProperties": _ref("AttributeScores"), "minProperties": 1},
            "languages": _STRINGS,
            "detectedLanguages": _STRINGS,
            "clientToken": {"type": "string"},
        },
        "languages",
        "detectedLanguages",
    ),
    # A value that is missing is 0: clients leave out what has its default.
    "SuggestedScore": _object({"value": _OR_ZERO, "type": _SCORE_TYPE}),
    "SuggestedScores": _object({"summaryScore": _ref("SuggestedScore")}, "summaryScore"),
    "SuggestCommentScoreRequest": _object(
        {
            "comment": _ref("Comment"),
            "context": {"anyOf": [_ref("Context"), {"type": "null"}]},
            "attributeScores": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": _ref("SuggestedScores"),
            },
            "languages": _LANGUAGES,
            **_IDS,
        },
        "comment",
        "attributeScores",
    ),
    "SuggestCommentScoreResponse": _object(
        {"clientToken": {"type": "string"}, "detectedLanguages": _STRINGS, "requestedLanguages": _STRINGS},
        "detectedLanguages",
        "requestedLanguages",
    ),
    "Error": _object(
        {
            "error": _object(
                {
                    "code": {"type": "integer"},
                    "message": {"type": "string"},
                    "status": {"type": "string"},
                    "details": {"type": "array", "items": {"type": "object"}},
                },
                "code",
                "message",
                "status",
            )
        },
        "error",
    ),
}


_KEYED: Final[list[dict[str, list[str]]]] = [{"key": []}, {"header": []}, {"bearer": []}]


def document(root: str, served: Iterable[str]) -> dict[str, Any]:
    """Return the OpenAPI document of a service seen at `root`, which ends in '/', and what attributes it serves."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Evenhand scoring service", "version": "v1alpha1"},
        "servers": [{"url": root.removesuffix("/")}],
        "components": {
            "schemas": {**SCHEMAS, "Attribute": {"enum": list(served)}},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "query", "name": "key"},
                "header": {"type": "apiKey", "in": "header", "name": "X-Goog-Api-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        "paths": {
            "/v1alpha1/comments:analyze": {"post": _post("analyze", "AnalyzeComment")},
            "/v1alpha1/comments:suggestscore": {"post": _post("suggestscore", "SuggestCommentScore")},
            "/$discovery/rest": {"get": _get("discovery", "The discovery document.", keyed=False)},
            "/v1alpha1/evenhand/models": {
                "get": _get("models", "Versions, attributes, what was not read.", keyed=True)
            },
        },
    }


def _post(name: str, verb: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "security": _KEYED,
        "requestBody": {"required": True, "content": {_JSON: {"schema": _ref(f"{verb}Request")}}},
        "responses": {
            "200": {"description": "Scored.", "content": {_JSON: {"schema": _ref(f"{verb}Response")}}},
            **{code: _error(words) for code, words in _ERRORS.items()},
        },
    }


def _get(name: str, summary: str, *, keyed: bool) -> dict[str, Any]:
    codes = ("400", "403", "503") if keyed else ("400", "404")
    return {
        "operationId": name,
        "summary": summary,
        "security": _KEYED if keyed else [],
        "responses": {
            "200": {"description": summary, "content": {_JSON: {"schema": {"type": "object"}}}},
            **{code: _error(_ERRORS[code]) for code in codes},
        },
    }


_ERRORS: Final = {
    "400": "Refused; see error.details[].errorType.",
    "403": "No key, or a revoked one.",
    "404": "Nothing is here.",
    "411": "The body has no declared length.",
    "413": "The body is over 1 MiB.",
    "429": "Over quota; see Retry-After.",
    "503": "Busy; see Retry-After.",
}


def _error(words: str) -> dict[str, Any]:
    return {"description": words, "content": {_JSON: {"schema": _ref("Error")}}}
