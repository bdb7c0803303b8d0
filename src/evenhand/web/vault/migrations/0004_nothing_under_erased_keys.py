from django.db import migrations


class Migration(migrations.Migration):
    """Changes no table; after it the triggers are put in place anew, with the one on documents under erased keys."""

    dependencies = [
        ('vault', '0003_erased_key_without_erasure'),
    ]

    operations = []
