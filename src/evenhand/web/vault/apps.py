"""Tells Django, the record and the worker about the vault."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VaultConfig(AppConfig):
    """The app with the label `vault`."""

    name = "evenhand.web.vault"
    label = "vault"
    verbose_name = "Vault"

    def ready(self) -> None:
        """Register triggers and folds, and what falls due: sweeping what a crash left."""
        from evenhand.web.record.deleting import register_holder
        from evenhand.web.record.due import register_due
        from evenhand.web.record.guards import register_triggers
        from evenhand.web.record.reads import register_exhibits
        from evenhand.web.record.sweeping import register_telling
        from evenhand.web.record.verify import register_audited
        from evenhand.web.ui.navigation import Entry, register
        from evenhand.web.vault import erasing, holds, projections, queries, scrubbing, sweeping

        register(Entry(_("Holds"), "holds", permission="sign_holds", place=15))
        register_triggers("vault", Path(self.path) / "triggers")
        projections.register_all()
        register_holder(holds.held_among)
        register_exhibits(queries.files_among)
        register_telling("vault_erased_key")
        register_audited(scrubbing.audit_files)
        register_due("erasures gone on with", erasing.finish_erasures)
        register_due("files of the vault without a row removed", sweeping.sweep_vault)
        register_due("files of the vault compared with what came in", scrubbing.scrub_due)
