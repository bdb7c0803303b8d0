"""Tells Django and the record about live sources."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The app with the label `live`."""

    name = "evenhand.web.live"
    label = "live"
    verbose_name = "Live sources"

    def ready(self) -> None:
        """Register the folds that rebuild the app's tables, and what goes after an hour."""
        from evenhand.web.live import arrivals, drafts, projections
        from evenhand.web.record.due import register_due
        from evenhand.web.sources.copies import register_beside
        from evenhand.web.sources.keeping import register_kept

        projections.register_all()
        register_beside(arrivals.beside)
        register_kept(arrivals.kept_pictures)
        register_due("shared pictures that nobody confirmed removed", drafts.forget_drafts)
