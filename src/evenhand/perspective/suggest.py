"""SuggestCommentScore: a reviewer's view of a comment. It changes no score and trains nothing by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from evenhand.perspective import feedback, languages, refusals
from evenhand.perspective.analyze import Analysed, check_comment
from evenhand.perspective.reading import Suggest
from evenhand.perspective.spans import utf16_offsets
from evenhand.perspective.store import Store


def suggest(
    asked: Suggest, *, key_id: str, model: str, code: str, store: Store, now: datetime, deployment: str
) -> Analysed:
    """Return the answer, and whether it was stored in a header; raises Refusal for the first check that fails."""
    if not asked.attributes:
        raise refusals.no_attributes()
    check_comment(asked.comment)
    _check_spans(asked)
    comment = asked.comment
    sent = feedback.Sent(key_id, comment.text, asked.scores, comment.community_id, code, model)
    kept = feedback.keep(store, sent, now)
    spoken = languages.Tongue(_language(asked, deployment), comment.languages, certain=True)
    body: dict[str, Any] = {} if comment.client_token is None else {"clientToken": comment.client_token}
    body["detectedLanguages"] = languages.detected(comment.text, spoken)
    body["requestedLanguages"] = spoken.echoed
    return Analysed(body, (("Evenhand-Feedback", "stored" if kept else "not-stored"),))


def _language(asked: Suggest, deployment: str) -> str:
    return languages.primary(asked.comment.languages[0]) if asked.comment.languages else deployment


def _check_spans(asked: Suggest) -> None:
    length = utf16_offsets(asked.comment.text)[-1]
    if any(one.span and one.span[1] > length for one in asked.scores):
        raise refusals.invalid("Invalid value at 'spanScores': a span ends after the text.")
