"""The digest of a procedure: what a case pins (`pub.procedure`) and what shows that a published one was edited.

Canonical JSON (RFC 8785: keys ASCII, numbers as written below, so sorted keys and no spaces are enough), SHA-256.
"""

from __future__ import annotations

import hashlib
import json

from evenhand.procedure.choices.model import Procedure, Wording


def canonical(procedure: Procedure) -> bytes:
    """Return the canonical bytes. The pinned digest is left out; shares are written in text, as 0.05."""
    document = {
        "id": procedure.id,
        "version": procedure.version,
        "table": procedure.table,
        "published": procedure.published.isoformat(),
        "in_force_from": procedure.in_force_from.isoformat(),
        "published_url": procedure.published_url,
        "profile": procedure.profile,
        "sector": procedure.sector,
        "signed_by": list(procedure.signed_by),
        "pool": _pool(procedure),
        "sampling": _sampling(procedure),
        "calendar": {
            "timezone": procedure.calendar.timezone,
            "holidays": sorted(day.isoformat() for day in procedure.calendar.holidays),
        },
        "clocks": {
            str(id_): {"aim": str(c.aim), "bound": [str(b) for b in c.bound], "extension": str(c.extension or "")}
            for id_, c in procedure.clocks.items()
        },
        "extra_guards": [[each.transition, each.guard, each.on] for each in procedure.extra_guards],
        "reason_codes": [[each.kind, each.id, each.text] for each in procedure.reason_codes],
        "wording": [_wording(each) for each in procedure.wording],
        "sanctions": [[each.rung, str(each.spent_after), str(each.longest or "")] for each in procedure.sanctions],
        "retention": [[each.kept_as, str(each.keep), each.sector_ground] for each in procedure.retention],
        "criteria": [[each.id, each.text, each.published.isoformat()] for each in procedure.criteria],
        "codes": [[each.slug, each.version] for each in procedure.codes],
        "red_lines": [[each.id, each.on] for each in procedure.red_lines],
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(procedure: Procedure) -> str:
    """Return the SHA-256 of the canonical bytes: 64 lower-case hex digits."""
    return hashlib.sha256(canonical(procedure)).hexdigest()


def _pool(procedure: Procedure) -> dict[str, object]:
    pool = procedure.pool
    return {
        "min_eligible_per_seat": pool.min_eligible_per_seat,
        "training_valid_months": pool.training_valid_months,
        "appointed_by": list(pool.appointed_by),
    }


def _sampling(procedure: Procedure) -> dict[str, object]:
    sampling = procedure.sampling
    return {
        "review": f"{sampling.review:g}",
        "shadow": f"{sampling.shadow:g}",
        "auditor_text": f"{sampling.auditor_text:g}",
        "unflagged": sampling.unflagged,
    }


def _wording(each: Wording) -> list[str]:
    text = "" if each.text is None else hashlib.sha256(each.text.encode()).hexdigest()
    return [each.notice, each.locale, each.template, text]
