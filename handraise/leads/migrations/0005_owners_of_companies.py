import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Without the legal form and the punctuation, in lower case: "ACME Corp." and "Acme Corporation"
# are both "acme". Two more of these forms may follow each other ("GmbH & Co. KG").
BARE = r"""
CREATE FUNCTION leads_bare_company_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT trim(regexp_replace(
        ' ' || trim(regexp_replace(lower(name), '[^[:alnum:]]+', ' ', 'g')),
        '( (ab|ag|as|a s|aps|asa|bv|b v|bvba|co|company|corp|corporation|doo|d o o|ev|e v|gmbh|and'
        '|gbr|group|holding|holdings|inc|incorporated|kft|kg|kgaa|limited|llc|l l c|llp|ltd|ltda|nv'
        '|n v|ohg|oy|oyj|plc|pte|pty|pvt|sa|s a|sarl|s a r l|sas|s a s|se|sl|s l|spa|s p a|spzoo'
        '|sp z o o|srl|s r l|sro|s r o|ug|zrt))+$', ''))
$$;
CREATE INDEX owned_company_by_bare_name ON leads_company (leads_bare_company_name(name))
    WHERE owner_id IS NOT NULL;
"""
NOTHING = "DROP INDEX owned_company_by_bare_name; DROP FUNCTION leads_bare_company_name(text);"


class Migration(migrations.Migration):

    dependencies = [
        ('leads', '0004_cards_due'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='owner',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='companies_owned', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(BARE, NOTHING),
    ]
