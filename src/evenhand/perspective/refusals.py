"""Every way in which the service says no, in the envelope that clients of the original read (PERSPECTIVE §6).

No refusal holds the comment's text or a key; names and languages that the client sent are cut short.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from evenhand.errors import EvenhandError
from evenhand.perspective.messages import Response, answer

_ERROR: Final = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
_ERROR_INFO: Final = "type.googleapis.com/google.rpc.ErrorInfo"
_HELP: Final = "type.googleapis.com/google.rpc.Help"
_LONGEST_ECHO: Final = 100
_STATUS: Final = {
    400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 405: "UNIMPLEMENTED",
    411: "INVALID_ARGUMENT", 413: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 431: "INVALID_ARGUMENT",
    500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip


class Refusal(EvenhandError):
    """A request that is refused: the HTTP code, the message, the details and any headers."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        details: Sequence[dict[str, Any]] = (),
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.details = list(details)
        self.headers = headers

    @property
    def error_type(self) -> str | None:
        """Return the errorType that clients branch on, or None."""
        return next((detail["errorType"] for detail in self.details if "errorType" in detail), None)

    def response(self) -> Response:
        """Return the response with the envelope."""
        error: dict[str, Any] = {"code": self.code, "message": self.what, "status": _STATUS[self.code]}
        if self.details:
            error["details"] = self.details
        return answer({"error": error}, status=self.code, headers=self.headers)


class LanguageRefusal(Refusal):
    """An attribute that does not serve a language, or a text whose language is not known: counted, §10.2."""

    def __init__(self, message: str, *, attribute: str, languages: Sequence[str], detail: dict[str, Any]) -> None:
        super().__init__(400, message, details=[detail])
        self.attribute = attribute
        self.languages = tuple(languages)


def short(words: str) -> str:
    """Return what a client sent, cut to what an error may echo."""
    return words if len(words) <= _LONGEST_ECHO else words[:_LONGEST_ECHO] + "…"


def _typed(message: str, error_type: str) -> Refusal:
    return Refusal(400, message, details=[{"@type": _ERROR, "errorType": error_type}])


def malformed(message: str) -> Refusal:
    """Return the refusal of a request that never reached the checks (no errorType)."""
    return Refusal(400, message)


def invalid(message: str) -> Refusal:
    """Return INVALID_REQUEST."""
    return _typed(message, "INVALID_REQUEST")


def no_attributes() -> Refusal:
    """Return NO_REQUESTED_ATTRIBUTES."""
    return _typed("Missing requested_attributes", "NO_REQUESTED_ATTRIBUTES")


def comment_empty() -> Refusal:
    """Return COMMENT_EMPTY."""
    return _typed("Comment must be non-empty.", "COMMENT_EMPTY")


def comment_too_long() -> Refusal:
    """Return COMMENT_TOO_LONG."""
    return _typed("Comment text too long.", "COMMENT_TOO_LONG")


def unknown_attribute(name: str) -> Refusal:
    """Return the refusal of an attribute that is not served."""
    return invalid(f"Unknown requested attribute: {short(name)}")


def language_unknown(attribute: str) -> LanguageRefusal:
    """Return LANGUAGE_DETECTION_FAILED."""
    detail = {"@type": _ERROR, "errorType": "LANGUAGE_DETECTION_FAILED"}
    return LanguageRefusal("Unable to detect language", attribute=attribute, languages=["und"], detail=detail)


def language_not_served(attribute: str, languages: Sequence[str], *, stated: bool) -> LanguageRefusal:
    """Return LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE, naming the languages that are not served."""
    shown = [short(language) for language in languages]
    detail = {
        "@type": _ERROR,
        "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        "languageNotSupportedByAttributeError": {
            "requestedLanguages" if stated else "detectedLanguages": shown,
            "attribute": attribute,
        },
    }
    message = f"Attribute {attribute} does not support request languages: {', '.join(shown)}"
    return LanguageRefusal(message, attribute=attribute, languages=languages, detail=detail)


def bad_key() -> Refusal:
    """Return the refusal of a key that was never ours."""
    return malformed("API key not valid. Please pass a valid API key.")


def no_key(*, revoked: bool = False) -> Refusal:
    """Return the refusal of a request without a key, or with a revoked one."""
    words = "The API key was revoked." if revoked else "The request is missing a valid API key."
    return Refusal(403, words)


def not_found() -> Refusal:
    """Return 404."""
    return Refusal(404, "There is nothing at this address. See /$discovery/rest?version=v1alpha1.")


def wrong_method(allowed: str) -> Refusal:
    """Return 405 with the method that is allowed."""
    return Refusal(405, f"This address answers {allowed} only.", headers=(("Allow", allowed),))


def body_too_large() -> Refusal:
    """Return 413."""
    return Refusal(413, "Request body too large: at most 1 MiB.")


def length_required() -> Refusal:
    """Return 411: only bodies of declared length are read."""
    return Refusal(411, "Send the body with a Content-Length header.")


def headers_too_large() -> Refusal:
    """Return 431."""
    return Refusal(431, "The request line or its headers are too long.")


def internal() -> Refusal:
    """Return 500, which says nothing of its cause."""
    return Refusal(500, "Internal error.")


def overloaded(seconds: int = 1) -> Refusal:
    """Return 503 for a full queue or a passed deadline. Never 429: that is for quotas."""
    words = "The service is busy; please try again."
    return Refusal(503, words, headers=(("Retry-After", str(seconds)),))


def out_of_quota(*, service: str, number: int, metric: str, per_minute: int, wait: int, help_url: str) -> Refusal:
    """Return 429, key by key as the original. `metric` is 'analyze' or 'suggest'; `wait` whole seconds."""
    words, name = {
        "analyze": ("Analysis requests (AnalyzeComment)", "AnalyzeRequests"),
        "suggest": ("Suggestion requests (SuggestCommentScore)", "SuggestRequests"),
    }[metric]
    info = {
        "@type": _ERROR_INFO,
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": service,
        "metadata": {
            "quota_limit_value": str(per_minute),
            "quota_limit": f"{name}PerMinutePerProject",
            "consumer": f"projects/{number}",
            "service": service,
            "quota_location": "global",
            "quota_metric": f"{service}/{metric}_requests",
        },
    }
    more = {
        "@type": _HELP,
        "links": [{"description": "Ask who runs this service for a higher quota.", "url": help_url}],
    }
    message = (
        f"Quota exceeded for quota metric '{words}' and limit '{words} per minute' of service '{service}' "
        f"for consumer 'project_number:{number}'."
    )
    return Refusal(429, message, details=[info, more], headers=(("Retry-After", str(wait)),))
