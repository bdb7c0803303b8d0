"""The discovery document from which Google's clients build themselves (PERSPECTIVE §2)."""

from __future__ import annotations

from typing import Any, Final

REVISION: Final = "20261121"
_QUERY: Final = (
    "$.xgafv", "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser",
    "uploadType", "upload_protocol",
)  # fmt: skip

_STRING: Final = {"type": "string"}
_NUMBER: Final = {"type": "number", "format": "float"}
_WHOLE: Final = {"type": "integer", "format": "int32"}
_BOOLEAN: Final = {"type": "boolean"}
_STRINGS: Final = {"type": "array", "items": _STRING}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": name}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


def _map(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _ref(name)}


_IDS: Final = {"clientToken": _STRING, "sessionId": _STRING, "communityId": _STRING}
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "AnalyzeCommentRequest": {
        "comment": _ref("TextEntry"),
        "context": _ref("Context"),
        "requestedAttributes": _map("AttributeParameters"),
        "spanAnnotations": _BOOLEAN,
        "languages": _STRINGS,
        "doNotStore": _BOOLEAN,
        **_IDS,
    },
    "AnalyzeCommentResponse": {
        "attributeScores": _map("AttributeScores"),
        "languages": _STRINGS,
        "detectedLanguages": _STRINGS,
        "clientToken": _STRING,
    },
    "SuggestCommentScoreRequest": {
        "comment": _ref("TextEntry"),
        "context": _ref("Context"),
        "attributeScores": _map("AttributeScores"),
        "languages": _STRINGS,
        **_IDS,
    },
    "SuggestCommentScoreResponse": {
        "clientToken": _STRING,
        "detectedLanguages": _STRINGS,
        "requestedLanguages": _STRINGS,
    },
    "TextEntry": {"text": _STRING, "type": _STRING},
    "Context": {"entries": _list("TextEntry"), "articleAndParentComment": _ref("ArticleAndParentComment")},
    "ArticleAndParentComment": {"article": _ref("TextEntry"), "parentComment": _ref("TextEntry")},
    "AttributeParameters": {"scoreType": _STRING, "scoreThreshold": _NUMBER},
    "AttributeScores": {"summaryScore": _ref("Score"), "spanScores": _list("SpanScore")},
    "SpanScore": {"begin": _WHOLE, "end": _WHOLE, "score": _ref("Score")},
    "Score": {"value": _NUMBER, "type": _STRING},
}


def document(root: str) -> dict[str, Any]:
    """Return the discovery document of a service whose clients see it at `root`, which ends in '/'."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "version": "v1alpha1",
        "revision": REVISION,
        "title": "Evenhand scoring service, compatible with the Comment Analyzer protocol",
        "description": "Own model and own scores. Not affiliated with Google.",
        "protocol": "rest",
        "rootUrl": root,
        "servicePath": "",
        "baseUrl": root,
        "batchPath": "batch",
        "parameters": {name: {"type": "string", "location": "query"} for name in _QUERY},
        "schemas": {
            name: {"id": name, "type": "object", "properties": properties} for name, properties in SCHEMAS.items()
        },
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment"),
                    "suggestscore": _method("suggestscore", "SuggestCommentScore"),
                }
            }
        },
    }


def _method(name: str, verb: str) -> dict[str, Any]:
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": f"v1alpha1/comments:{name}",
        "httpMethod": "POST",
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{verb}Request"},
        "response": {"$ref": f"{verb}Response"},
    }
