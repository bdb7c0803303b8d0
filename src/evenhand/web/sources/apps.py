"""The sources app: its projections and due work are registered when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Configuration of the app `sources`."""

    name = "evenhand.web.sources"
    label = "sources"
    verbose_name = "Sources"

    def ready(self) -> None:
        """Register what the documents rebuild, and what forgets."""
        from evenhand.web.record.due import register_due
        from evenhand.web.sources import folds, retention

        folds.register_all()
        register_due("old sources and texts forgotten", retention.forget_due)
