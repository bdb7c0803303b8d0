"""The one SQL text that folds observations and events into posts."""

from typing import Final

POST_VIEW: Final = """
WITH acts AS (
    -- Two records of which a person has said that they are one act count as one, under the key that was there first.
    SELECT o.* REPLACE (coalesce(s.same_as, o.record_key) AS record_key), s.same_as IS NULL AS own
    FROM observations AS o LEFT JOIN same_acts AS s ON s.record_key = o.record_key
),
best AS (
    -- A text we hold beats knowing only that there was one. An edit beats what stood there before; of one version
    -- whole beats cut, longer beats shorter, then newest.
    SELECT
        record_key,
        count(*) AS seen,
        arg_max(observation_sha256, (
            deletion_state <> 'never_held',
            own,
            text_raw IS NOT NULL,
            coalesce(edited_at, make_timestamptz(0)),
            NOT truncated,
            coalesce(octet_length(text_raw), -1),
            coalesce(observed_at, imported_at),
            observation_sha256
        )) AS observation_sha256,
        max_by(deletion_state, imported_at) FILTER (
            deletion_state NOT IN ('present', 'never_held')
        ) AS gone,
        max(deleted_at) AS deleted_at,
        max(deletion_observed_at) AS deletion_observed_at
    FROM acts
    GROUP BY record_key
),
others AS (
    SELECT
        o.record_key,
        list(struct_pack(
            source_sha256 := o.source_sha256,
            member_path := o.member_path,
            locator := o.locator,
            raw_record_sha256 := o.raw_record_sha256
        ) ORDER BY o.imported_at, o.source_sha256, o.locator) AS refs
    FROM acts AS o
    JOIN best AS b ON b.record_key = o.record_key
    WHERE b.seen > 1 AND o.observation_sha256 <> b.observation_sha256
    GROUP BY o.record_key
),
said AS (
    SELECT
        coalesce(s.same_as, e.record_key) AS record_key,
        max_by(event, coalesce(observed_at, claimed_at, imported_at)) AS event,
        max(claimed_at) AS claimed_at,
        max(coalesce(observed_at, imported_at)) AS observed_at
    FROM events AS e LEFT JOIN same_acts AS s ON s.record_key = e.record_key
    GROUP BY ALL
)
SELECT o.* EXCLUDE (own) REPLACE (
    CASE WHEN o.deletion_state = 'never_held' THEN o.deletion_state
         ELSE coalesce(said.event, best.gone, o.deletion_state) END AS deletion_state,
    coalesce(best.deleted_at, said.claimed_at) AS deleted_at,
    coalesce(best.deletion_observed_at, said.observed_at) AS deletion_observed_at,
    list_concat(o.raw_refs, coalesce(others.refs, [])) AS raw_refs
)
FROM acts AS o
JOIN best ON best.record_key = o.record_key AND best.observation_sha256 = o.observation_sha256
LEFT JOIN others ON others.record_key = o.record_key
LEFT JOIN said ON said.record_key = o.record_key
WHERE o.visibility <> 'direct'
"""
"""Columns as in POST_SCHEMA, one row per record_key. Direct messages are in quarantine and not in it."""
