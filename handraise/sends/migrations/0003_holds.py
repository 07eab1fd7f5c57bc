from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sends", "0002_limits")]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("about", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
