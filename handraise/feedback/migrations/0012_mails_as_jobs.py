from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0011_reports'),
    ]

    operations = [
        migrations.AddField(
            model_name='mailedreport',
            name='made_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mailedreport',
            name='error',
            field=models.TextField(default=''),
        ),
        # What was there was made when it was noted.
        migrations.RunSQL('update feedback_mailed_report set made_at = at', migrations.RunSQL.noop),
    ]
