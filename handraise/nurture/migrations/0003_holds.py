"""What journeys that are paused already want sent is held like that of those paused from now on."""

from django.db import migrations

_HOLD = """
    INSERT INTO sends_hold (about, at)
    SELECT 'journey:' || id, now() FROM nurture_journey WHERE state = 'paused'
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("nurture", "0002_simulation"), ("sends", "0003_holds")]

    operations = [migrations.RunSQL(_HOLD, migrations.RunSQL.noop)]
