"""A file may belong to one case because whoever handles it found it: neither side sent it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.RemoveConstraint(model_name='upload', name='cases_upload_one_side'),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case', None), ('party', None), ('submission__isnull', False)), models.Q(('case', None), ('party__isnull', False), ('submission', None)), models.Q(('case__isnull', False), ('party', None), ('submission', None)), _connector='OR'), name='cases_upload_one_side'),
        ),
    ]
