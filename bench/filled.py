"""Fill an empty installation with many leads and activities, by set-based SQL: what benches run on.

The rows are what recording would have written: identities, typed facts, folded match values.
"""

from __future__ import annotations

from django.db import connection

# The modulus of each choice is prime to the others, so that values mix instead of marching in step.
_STATEMENTS = (
    """
    insert into leads_source (name, kind, created_at) values ('Bench', 'api', now())
    """,
    """
    insert into leads_company (domain, name, industry, employees, country, tags, created_at)
    select 'firm-' || n || '.example', 'Firm ' || n,
           (array['logistics','retail','food'])[1 + n % 3],
           5 + (n * 37) % 4000, (array['netherlands','denmark','france'])[1 + n % 3], '{}', now()
    from generate_series(1, %(leads)s / 8 + 1) n
    """,
    """
    insert into leads_lead (id, canonical_id, stage, stage_since, tags, created_at, name, email,
                            phone, title, country, company_id, last_seen_at)
    select made.id, made.id, 'LEAD', now() - interval '300 days', '{}',
           now() - n * interval '4 minutes',
           'Person ' || n, 'person-' || n || '@firm-' || (1 + n % (%(leads)s / 8)) || '.example',
           '',
           title, 'Denmark', company.id, now() - (n % 400) * interval '13 hours'
    from (select n, nextval('leads_lead_id_seq') as id,
                 (array['VP Operations','Planner','Head of Fleet','Student','Owner'])[1 + n % 5]
                     as title
          from generate_series(1, %(leads)s) n) made
    join leads_company company
      on company.domain = 'firm-' || (1 + n % (%(leads)s / 8)) || '.example'
    """,
    """
    insert into leads_leadsearch (lead_id, text)
    select id, lower(name || ' ' || email || ' ' || title) from leads_lead
    """,
    """
    insert into leads_identity (lead_id, kind, value, created_at)
    select id, kind, case kind when 'email' then email else 'visitor-' || id end, created_at
    from leads_lead cross join unnest(array['email','anonymous_id']) kind
    """,
    """
    insert into leads_membership (identity_id, company_id, holds_from, known_at, source_id)
    select identity.id, lead.company_id, lead.created_at, lead.created_at, source.id
    from leads_identity identity join leads_lead lead on lead.id = identity.lead_id
    cross join leads_source source
    where identity.kind = 'email' and source.name = 'Bench'
    """,
    """
    insert into leads_fact (identity_id, name, value, text, words, holds_from, known_at,
                            is_known_at_assumed, source_id)
    select identity.id, fact.name, to_jsonb(fact.value), lower(fact.value),
           ' ' || lower(regexp_replace(fact.value, '[^A-Za-z0-9]+', ' ', 'g')) || ' ',
           lead.created_at, lead.created_at, false, source.id
    from leads_identity identity join leads_lead lead on lead.id = identity.lead_id
    cross join leads_source source
    cross join lateral (values ('email', lead.email), ('title', lead.title), ('name', lead.name),
                               ('email_domain', split_part(lead.email, '@', 2))) fact (name, value)
    where identity.kind = 'email' and source.name = 'Bench'
    """,
    """
    insert into leads_fact (company_id, name, value, text, words, number, holds_from, known_at,
                            is_known_at_assumed, source_id)
    select company.id, fact.name, fact.value, fact.text, ' ' || fact.text || ' ', fact.number,
           company.created_at - interval '1 year', company.created_at - interval '1 year', false,
           source.id
    from leads_company company cross join leads_source source
    cross join lateral (values
        ('employees', to_jsonb(company.employees), null, company.employees),
        ('industry', to_jsonb(company.industry), company.industry, null)
    ) fact (name, value, text, number)
    where source.name = 'Bench'
    """,
    """
    insert into leads_activity (identity_id, name, occurred_at, known_at, is_known_at_assumed,
                                properties, match, source_id, message_id)
    select identity.id, made.name, at, at, false, properties, properties || words, source.id,
           'bench-' || n
    from (
        select n, (n * 7919) %% %(leads)s as who,
               now() - (n * 104729 %% 31536000) * interval '1 second' as at,
               (array['page','page','page','page','page','page','page','page','Content Downloaded',
                      'page','page','page','Webinar Attended','page','page','page','page',
                      'Video Watched','page','Demo Requested'])
                   [1 + case when n %% 20 = 19 and n %% 140 <> 19 then 0 else n %% 20 end] as name,
               jsonb_build_object('path', (array['/','/blog','/pricing','/product','/about',
                   '/product/app','/customers'])[1 + n %% 7], 'seconds', n %% 300) as properties,
               jsonb_build_object('path~', (array['',' blog ',' pricing ',' product ',' about ',
                   ' product app ',' customers '])[1 + n %% 7]) as words
        from generate_series(1::bigint, %(activities)s) n
    ) made
    join (select id, row_number() over (order by id) - 1 as place from leads_identity
          where kind = 'anonymous_id') identity on identity.place = made.who
    cross join leads_source source
    where source.name = 'Bench'
    """,
    """
    select setval('leads_lead_id_seq', (select max(id) from leads_lead))
    """,
)


def fill(*, leads: int, activities: int) -> None:
    """Insert that many leads (eight a company) and activities, spread over the last year."""
    numbers = {"leads": leads, "activities": activities}
    with connection.cursor() as cursor:
        for statement in _STATEMENTS:
            doubled = statement if "%%" in statement else statement.replace(" % ", " %% ")
            cursor.execute(doubled, numbers)
        cursor.execute("analyze")
