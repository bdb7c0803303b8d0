"""The record app: guards, projections and due work are registered when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """Configuration of the app `record`."""

    name = "evenhand.web.record"
    label = "record"
    verbose_name = "Record"

    def ready(self) -> None:
        """Connect the guards to every database connection and migration; register what the record does itself."""
        from evenhand.web.record import checkpoints, due, folds, guards, nightly, reads, sweeping, witnesses

        guards.connect(self)
        folds.register_all()
        due.register_due("read windows closed", reads.close_read_windows)
        due.register_due("checkpoints made", checkpoints.checkpoint_if_due)
        due.register_due("cosignatures stored", witnesses.ask_if_due)
        due.register_due("files of the log exported", checkpoints.export_if_due)
        due.register_due("orphan keys destroyed", sweeping.sweep_keys)
        due.register_due("record checked as a whole", nightly.check_nightly)
