"""Counts as a reader writes them: 1,453 in English, 1.453 in German."""

from __future__ import annotations

from django.utils.formats import number_format


def grouped(count: int) -> str:
    """Return a count in the reader's language, its thousands apart."""
    return str(number_format(count, use_l10n=True, force_grouping=True))
