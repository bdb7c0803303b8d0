from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0003_same_act'),
    ]

    operations = [
        migrations.AddField('import', 'copy_id', models.CharField(blank=True, default='', max_length=32)),
        migrations.AddField('import', 'copy_sha256', models.CharField(blank=True, default='', max_length=64)),
        migrations.AddField('import', 'blanked', models.BigIntegerField(default=0)),
        migrations.AddConstraint(
            'import',
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(('blanked', 0), ('copy_id', ''), ('copy_sha256', '')),
                    models.Q(
                        models.Q(('copy_id', ''), _negated=True),
                        models.Q(('copy_sha256', ''), _negated=True),
                        ('blanked__gt', 0),
                    ),
                    _connector='OR',
                ),
                name='sources_import_copy_whole',
            ),
        ),
    ]
