"""Which posts of the corpus are screened: own words, addressed to a declared protected account. Reads Arrow only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from evenhand.corpus import Corpus
from evenhand.corpus.aim import Accounts, aimed_at
from evenhand.web.desk.policy import ACT_OF_RELATION
from evenhand.web.desk.words import Act

PAGE: Final = 10_000

# Words that somebody only passed on (repost, like, react, forward) are never charged to them; direct messages
# are not in `posts` at all (FORMATS R5, §2.8). The list of names only narrows: `aimed_at` decides.
_SQL: Final = """
WITH fresh AS (
    SELECT p.*, a.author_id AS answered_id, a.author_handle AS answered_handle, a.text_norm AS answered_text,
           q.author_id AS quoted_id, q.author_handle AS quoted_handle
    FROM posts AS p
    LEFT JOIN posts AS a ON a.record_key = p.reply_to
    LEFT JOIN posts AS q ON q.record_key = p.quote_of
    WHERE epoch_us(p.imported_at) > $since AND epoch_us(p.imported_at) <= $upto
      AND p.relation IN ('post', 'reply', 'quote') AND p.visibility <> 'direct'
      AND p.deletion_state NOT IN ('never_held', 'superseded')
)
SELECT record_key, observation_sha256, platform, author_id, author_handle, author_display, relation, text_norm,
       truncated, epoch_us(coalesce(claimed_at, observed_at)) AS posted_us, target_unresolved, mentions, side,
       answered_id, answered_handle, answered_text, quoted_id, quoted_handle, reply_to, quote_of
FROM fresh
WHERE list_has_any($names, list_concat(
    [platform || '#' || coalesce(answered_id, ''), platform || '#' || coalesce(quoted_id, ''),
     platform || '#' || coalesce(element_at(side, 'reply_to_author')[1], ''),
     'shield#' || coalesce(element_at(side, 'shield')[1], ''),
     platform || '#' || regexp_extract(coalesce(reply_to, ''), '^bluesky:at://([^/]+)/', 1),
     platform || '#' || regexp_extract(coalesce(quote_of, ''), '^bluesky:at://([^/]+)/', 1),
     platform || '@' || lower(coalesce(answered_handle, '')), platform || '@' || lower(coalesce(quoted_handle, '')),
     platform || '@' || lower(coalesce(target_unresolved, ''))],
    list_transform(mentions, lambda m: platform || '#' || coalesce(m.id, '')),
    list_transform(mentions, lambda m: platform || '@' || lower(coalesce(m.handle, '')))))
"""
_UPTO: Final = "SELECT coalesce(max(epoch_us(imported_at)), -1) AS upto FROM observations"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One post to screen, and the protected person it is aimed at; `posted_at` is UTC, None if unknown."""

    record_key: str
    observation: str
    target: str
    act: Act
    text: str
    parent: str | None
    truncated: bool
    posted_at: datetime | None
    author_id: str | None
    author_handle: str | None
    author_display: str | None

    @property
    def author_known_as(self) -> str | None:
        """What tells the author from others on the platform, None if the source does not say."""
        return self.author_id or self.author_handle or self.author_display


def newest_import(corpus: Corpus) -> int:
    """Return the latest `imported_at` in the corpus (UTC microseconds), -1 for an empty one."""
    return int(corpus.query(_UPTO)["upto"][0].as_py())


def candidates(corpus: Corpus, accounts: Accounts, *, since: int, upto: int) -> Iterator[list[Candidate]]:
    """Yield the posts imported after `since` and up to `upto`, both in UTC microseconds, about PAGE at a time.

    One query: the fold over the whole corpus, then only what is addressed to a declared account; its answer is
    streamed, so that memory does not grow with the corpus.
    """
    found: list[Candidate] = []
    for batch in corpus.stream(_SQL, {"since": since, "upto": upto, "names": accounts.names()}):
        found += [_candidate(row, target) for row in batch.to_pylist() if (target := aimed_at(row, accounts))]
        if len(found) >= PAGE:
            yield found
            found = []
    if found:
        yield found


def _candidate(row: dict[str, Any], target: str) -> Candidate:
    side = dict(row["side"] or ())
    posted = row["posted_us"]
    return Candidate(
        record_key=row["record_key"],
        observation=row["observation_sha256"],
        target=target,
        act=ACT_OF_RELATION[row["relation"]],
        text=row["text_norm"] or "",
        parent=side.get("parent_text") or row["answered_text"],
        truncated=row["truncated"],
        posted_at=None if posted is None else datetime.fromtimestamp(posted // 1_000_000, UTC),
        author_id=row["author_id"],
        author_handle=row["author_handle"],
        author_display=row["author_display"],
    )
