"""The head of an empty log: PostgreSQL locks this row, so it must be there before the first leaf."""

from django.db import migrations


def write_empty_head(apps, schema_editor):
    """Insert the one row of ledger_head."""
    apps.get_model("record", "LedgerHead").objects.create(id=1, size=0, frontier=b"")


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunPython(write_empty_head, migrations.RunPython.noop)]
