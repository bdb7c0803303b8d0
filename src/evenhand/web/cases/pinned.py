"""What a case pins at receipt: the procedure and the codes that were in force that day (P4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db.models import Q

from evenhand.codes import builtin, digest, in_force
from evenhand.procedure.choices import builtin_text
from evenhand.web.rules.models import CodeVersion, ProcedureVersion


@dataclass(frozen=True, slots=True)
class Pinned:
    """Digests (hex): of the procedure, of the code the leaf names, of all codes in force."""

    procedure: str
    code: str
    codes: tuple[str, ...]


def pinned_on(day: date) -> Pinned:
    """Return what a case received on that day pins; the shipped texts where an organisation has published none yet.

    A report is never refused for that: whoever is in danger cannot wait for two signatures (INV-43).
    """
    codes = _codes(day) or (_shipped_code(day),)
    return Pinned(_procedure(day), codes[0], codes)


def _procedure(day: date) -> str:
    versions = ProcedureVersion.objects.filter(in_force_from__lte=day).order_by("-in_force_from", "-published_at")
    return versions.values_list("id", flat=True).first() or sha256(builtin_text("default").encode()).hexdigest()


def _codes(day: date) -> tuple[str, ...]:
    """Return the digest of each code's version of that day, by name: of several that began, the latest. One query.

    The texts are not read here: a report comes in whatever became of them.
    """
    begun = CodeVersion.objects.filter(in_force_from__lte=day)
    begun = begun.filter(Q(in_force_until=None) | Q(in_force_until__gte=day))
    rows = begun.order_by("slug", "in_force_from", "published_at").values_list("slug", "id")
    return tuple(dict(rows).values())


def _shipped_code(day: date) -> str:
    """Return the digest of the shipped code's version of that day; before its first day, of its first."""
    code = builtin("general")
    first = min(version.start for version in code.versions)
    return digest(code.slug, in_force(code, max(day, first)))
