"""The cache table: DDL is denied outside `migrate`, so `createcachetable` cannot make it later."""

from django.core.management import call_command
from django.db import migrations


def make_cache_table(apps, schema_editor):
    """Create the table that CACHES names; nothing happens where it exists."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("record", "0002_empty_head")]
    operations = [migrations.RunPython(make_cache_table, migrations.RunPython.noop)]
