import django.contrib.auth.validators
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=64, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='sign-in name')),
                ('is_active', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'people_user',
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('id'), 32), name='people_user_id'), models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='people_user_one_name')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('person', models.CharField(max_length=32)),
                ('role', models.CharField(choices=[('officer', 'officer'), ('auditor', 'auditor'), ('case_keeper', 'case_keeper'), ('protected', 'protected'), ('delegate', 'delegate'), ('complainant', 'complainant'), ('reporter', 'reporter'), ('respondent', 'respondent'), ('companion', 'companion'), ('representative', 'representative'), ('witness', 'witness'), ('welfare', 'welfare'), ('panel', 'panel'), ('reviewer', 'reviewer'), ('appeal_panel', 'appeal_panel'), ('reopening_panel', 'reopening_panel'), ('interim_panel', 'interim_panel'), ('dpo', 'dpo'), ('liaison', 'liaison'), ('sysadmin', 'sysadmin')], max_length=24)),
                ('begins', models.DateTimeField()),
                ('ends', models.DateTimeField(null=True)),
                ('granted_by', models.CharField(max_length=32)),
                ('granted_at', models.DateTimeField()),
                ('ended_by', models.CharField(max_length=32, null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'people_grant',
                'indexes': [models.Index(fields=['person'], name='people_grant_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['officer', 'auditor', 'case_keeper', 'protected', 'delegate', 'complainant', 'reporter', 'respondent', 'companion', 'representative', 'witness', 'welfare', 'panel', 'reviewer', 'appeal_panel', 'reopening_panel', 'interim_panel', 'dpo', 'liaison', 'sysadmin'])), name='people_grant_role'), models.CheckConstraint(condition=models.Q(('ends', None), ('ends__gte', models.F('begins')), _connector='OR'), name='people_grant_forward'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('ends__isnull', False)), _connector='OR'), name='people_grant_who_and_when')],
            },
        ),
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('person', models.CharField(max_length=32)),
                ('office', models.CharField(choices=[('leader', 'leader'), ('leaders_office', 'leaders_office'), ('executive', 'executive'), ('press_office', 'press_office'), ('candidate', 'candidate')], max_length=24)),
                ('begins', models.DateField()),
                ('ends', models.DateField(null=True)),
                ('recorded_by', models.CharField(max_length=32)),
                ('recorded_at', models.DateTimeField()),
                ('ended_by', models.CharField(max_length=32, null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'people_mandate',
                'indexes': [models.Index(fields=['person'], name='people_mandate_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('office__in', ['leader', 'leaders_office', 'executive', 'press_office', 'candidate'])), name='people_mandate_office'), models.CheckConstraint(condition=models.Q(('ends', None), ('ends__gte', models.F('begins')), _connector='OR'), name='people_mandate_forward'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('ends__isnull', False)), _connector='OR'), name='people_mandate_who_and_when')],
            },
        ),
    ]
