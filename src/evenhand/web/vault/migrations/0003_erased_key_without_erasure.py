from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0002_person_erasure'),
    ]

    operations = [
        migrations.AlterField(
            model_name='erasedkey',
            name='erasure',
            field=models.ForeignKey(
                null=True, on_delete=models.deletion.PROTECT, related_name='+', to='vault.erasure',
            ),
        ),
    ]
