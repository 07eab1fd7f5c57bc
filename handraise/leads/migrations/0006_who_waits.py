from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0005_owners_of_companies'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='attention',
            index=models.Index(condition=models.Q(('why', 'handover.waits')), fields=['lead'], name='lead_waits'),
        ),
    ]
