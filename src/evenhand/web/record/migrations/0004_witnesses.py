"""The witnesses that are asked to cosign: none until one is named."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0003_cache_table")]
    operations = [
        migrations.CreateModel(
            name="LogWitness",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("vkey", models.TextField()),
                ("url", models.TextField()),
                ("enabled_at", models.DateTimeField()),
                ("disabled_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "log_witness"},
        ),
    ]
