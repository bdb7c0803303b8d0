from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0002_suppressed'),
    ]

    operations = [
        migrations.CreateModel(
            name='SameAct',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('record', models.TextField()),
                ('same_as', models.TextField()),
                ('answer', models.CharField(max_length=9)),
                ('reason_id', models.CharField(blank=True, max_length=32)),
                ('told_by', models.CharField(max_length=64)),
                ('told_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'sources_same_act',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('answer__in', ['same', 'different', 'open'])), name='sources_same_answer'),
                    models.UniqueConstraint(condition=models.Q(('record', ''), _negated=True), fields=('record',), name='sources_same_once'),
                ],
            },
        ),
    ]
