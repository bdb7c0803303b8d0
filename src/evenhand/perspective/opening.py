"""Opens the service of an installation: its store, its models, its scorer."""

from __future__ import annotations

from pathlib import Path

from evenhand.context import Context
from evenhand.perspective import feedback
from evenhand.perspective.models import Models
from evenhand.perspective.scorer import Scorer
from evenhand.perspective.service import Service, Settings
from evenhand.perspective.store import Store

DEFAULT_SETTINGS = Settings()


def open_service(
    path: Path, ctx: Context, *, models: Path | None = None, settings: Settings = DEFAULT_SETTINGS
) -> Service:
    """Return the service whose store is the SQLite file `path` (made if absent); older models lie in `models`.

    Feedback that is too old is forgotten first. Raises UsageError if the store or the shipped model cannot be read.
    """
    store = Store(path)
    feedback.forget(store, ctx.now())
    return Service(store, Models.shipped(models), ctx, scorer=Scorer(), settings=settings)
