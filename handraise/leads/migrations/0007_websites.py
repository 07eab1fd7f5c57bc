"""Keys of websites, as which anybody may speak, are told from those of servers. Which of the two
a key is that was made before, nobody knows: it may stand in pages, so it is a website's."""

from django.db import migrations, models

_KNOWN = models.Q(kind__in=["website", "api", "import", "hand", "form", "connector"])


class Migration(migrations.Migration):
    dependencies = [("leads", "0006_who_waits")]

    operations = [
        migrations.RemoveConstraint("source", "source_kind_known"),
        migrations.RunSQL(
            "UPDATE leads_source SET kind = 'website' WHERE kind = 'api'",
            "UPDATE leads_source SET kind = 'api' WHERE kind = 'website'",
        ),
        migrations.AddConstraint(
            "source", models.CheckConstraint(condition=_KNOWN, name="source_kind_known")
        ),
    ]
