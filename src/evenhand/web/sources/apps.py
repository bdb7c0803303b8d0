"""The sources app: its projections and due work are registered when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SourcesConfig(AppConfig):
    """Configuration of the app `sources`."""

    name = "evenhand.web.sources"
    label = "sources"
    verbose_name = "Sources"

    def ready(self) -> None:
        """Register what the documents rebuild, what forgets, the job that reads an upload, and the link to the page."""
        from evenhand.web.record.due import register_due
        from evenhand.web.record.outbox import ASIDE, register_job
        from evenhand.web.sources import compaction, folds, retention
        from evenhand.web.sources.bringing import BRING_IN, bring_in
        from evenhand.web.sources.waiting import forget_waiting, sweep_plain
        from evenhand.web.ui.navigation import Entry, register
        from evenhand.web.vault.erasing import register_eraser

        folds.register_all()
        register_eraser(retention.copies_for_vault)
        register_due("old sources and texts forgotten", retention.forget_due)
        register_due("small files of the corpus merged", compaction.compact_nightly)
        register_due("files of the corpus that waited for a reader removed", compaction.remove_retired)
        register_due("uploads nobody finished removed", forget_waiting)
        register_due("files of interrupted imports removed", sweep_plain)
        register_job(BRING_IN, bring_in, lane=ASIDE)
        register(Entry(_("Imports"), "imports", permission="import_posts", place=30))
