"""Reads of the register's own rows; what is known of a member is opened by a look-up alone."""

from __future__ import annotations

from evenhand.web.register.models import Load


def latest_load() -> Load | None:
    """Return the newest load, or None before the first. One query."""
    return Load.objects.order_by("loaded_at").last()
