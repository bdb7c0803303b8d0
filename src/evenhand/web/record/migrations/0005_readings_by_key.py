"""Who read what lies under a key is asked on every page of a case: without an index that reads every row there is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0004_witnesses")]
    operations = [
        migrations.AddIndex(
            model_name="readrow",
            index=models.Index(fields=["key_id"], name="read_row_key"),
        ),
    ]
