-- The agreement of bench/bulk.py as somebody who knows DuckDB would write it for that agreement
-- alone: one join of activities to signals, JSON parsed once, one power a match, and the first of a
-- day without a window. Signals 11 to 16 have conditions, 13 counts once a day, 20 is the `did`.
WITH owned AS (
  SELECT f.canonical_id AS lead_id, i.id AS identity_id
  FROM leads_identity i JOIN leads_lead f ON f.id = i.lead_id
), held_judgement AS (
  SELECT activity_id, doubt, arg_max(counts, (known_at, id)) AS counts
  FROM leads_judgement WHERE known_at <= $at GROUP BY ALL
), doubted AS (
  SELECT DISTINCT activity_id FROM held_judgement WHERE NOT counts
), done AS (
  SELECT o.lead_id, a.id, a.name, a.occurred_at, epoch_us($at) - epoch_us(a.occurred_at) AS age, x[1] AS path, TRY_CAST(x[2] AS DOUBLE) AS seconds
  FROM (SELECT id, identity_id, name, occurred_at, json_extract_string(match, ['$.path', '$.seconds']) AS x
     FROM leads_activity WHERE occurred_at <= $at AND known_at <= $at
     AND name IN (SELECT event FROM signals)) a JOIN owned o USING (identity_id)
), matched AS (
  SELECT d.lead_id, d.id, s.number, d.occurred_at,
    CASE WHEN s.number = 16 THEN s.points * greatest(d.seconds, 0) / 60 ELSE s.points END
      * CASE WHEN s.half_life IS NULL THEN 1 ELSE power(0.5, d.age / s.half_life) END AS points
  FROM done d JOIN signals s ON s.event = d.name
  WHERE d.age < s.horizon AND CASE s.number
    WHEN 11 THEN starts_with(d.path, '/blog')
    WHEN 12 THEN d.path = '/customers'
    WHEN 13 THEN starts_with(d.path, '/pricing')
    WHEN 14 THEN starts_with(d.path, '/product')
    WHEN 15 THEN starts_with(d.path, '/product') AND d.seconds >= 120
    WHEN 16 THEN d.seconds IS NOT NULL
    ELSE true END
    AND d.id NOT IN (SELECT activity_id FROM doubted)
), days AS (
  SELECT lead_id, number, CASE WHEN number = 13 THEN timezone('Europe/Amsterdam', occurred_at)::DATE END AS day,
    sum(points) AS points, count(*) AS count, max(occurred_at) AS latest,
    arg_min(points, (occurred_at, id)) FILTER (WHERE number = 13) AS first_points, min(occurred_at) FILTER (WHERE number = 13) AS first_at
  FROM matched GROUP BY ALL
), contributions AS (
  SELECT d.lead_id, s.number, any_value(s.kind) AS kind,
    least(sum(CASE WHEN s.number = 13 THEN first_points ELSE d.points END), any_value(s.at_most)) AS points,
    sum(CASE WHEN s.number = 13 THEN 1 ELSE d.count END) AS count,
    max(CASE WHEN s.number = 13 THEN d.first_at ELSE d.latest END) AS latest
  FROM days d JOIN signals s USING (number) GROUP BY d.lead_id, s.number
), sums AS (
  SELECT lead_id, sum(points) FILTER (kind = 'interest') AS interest, sum(points) FILTER (kind = 'intent') AS intent,
    sum(points) FILTER (number = 20) AS demos,
    list({number: number, points: points, count: count, latest: latest}) AS contributions
  FROM contributions GROUP BY lead_id
), company AS (
  SELECT o.lead_id, arg_max(m.company_id, (m.holds_from, m.known_at, m.id)) AS company_id
  FROM leads_membership m JOIN owned o USING (identity_id)
  WHERE m.holds_from <= $at AND m.known_at <= $at AND (m.withdrawn_at IS NULL OR m.withdrawn_at > $at) GROUP BY 1
), told AS (
  SELECT f.* FROM leads_fact f LEFT JOIN leads_factwithdrawal w ON w.fact_id = f.id
  WHERE f.holds_from <= $at AND f.known_at <= $at AND (w.known_at IS NULL OR w.known_at > $at)
), facts AS (
  SELECT o.lead_id,
    arg_max({w: f.words, x: f.text}, (f.holds_from, f.known_at, f.id)) FILTER (name = 'title') AS title,
    arg_max({x: f.text}, (f.holds_from, f.known_at, f.id)) FILTER (name = 'email_domain') AS domain,
    arg_max({t: f.truth}, (f.holds_from, f.known_at, f.id)) FILTER (name = 'is_competitor') AS is_competitor,
    arg_max({k: f.text IS NOT NULL OR f.number IS NOT NULL OR f.truth IS NOT NULL OR f.instant IS NOT NULL}, (f.holds_from, f.known_at, f.id)) FILTER (name = 'email') AS email
  FROM told f JOIN owned o USING (identity_id) WHERE f.name IN ('title','email_domain','email','is_competitor') GROUP BY 1
), firms AS (
  SELECT company_id,
    arg_max({n: f.number}, (f.holds_from, f.known_at, f.id)) FILTER (name = 'employees') AS employees,
    arg_max({x: f.text}, (f.holds_from, f.known_at, f.id)) FILTER (name = 'industry') AS industry
  FROM told f WHERE f.name IN ('employees','industry') AND company_id IS NOT NULL GROUP BY 1
), stage AS (
  SELECT lead_id, lower(arg_max("after", ("at", known_at, id))) AS stage FROM leads_stagemove
  WHERE "at" <= $at AND known_at <= $at AND (withdrawn_at IS NULL OR withdrawn_at > $at) GROUP BY 1
), fit AS (
  SELECT l.id AS lead_id,
    CASE WHEN title.x IS NULL THEN NULL ELSE contains(title.w, ' vp ') OR contains(title.w, ' head ') OR contains(title.w, ' owner ') END AS s0,
    employees.n BETWEEN 50 AND 2000 AS s1, industry.x IN ('logistics', 'retail') AS s2,
    CASE WHEN domain.x IS NULL THEN NULL ELSE domain.x IN (SELECT value FROM lists WHERE list = 'free_email') END AS s3,
    CASE WHEN title.x IS NULL THEN NULL ELSE contains(title.w, ' student ') END AS s4,
    email.k AS is_email_known, is_competitor.t AS is_competitor, coalesce(stage, 'lead') AS stage
  FROM leads_lead l LEFT JOIN facts ON facts.lead_id = l.id LEFT JOIN company ON company.lead_id = l.id
  LEFT JOIN firms ON firms.company_id = company.company_id LEFT JOIN stage ON stage.lead_id = l.id
  WHERE l.canonical_id = l.id AND l.withdrawn_at IS NULL
), scored AS (
  SELECT f.*, least(greatest(coalesce(CASE WHEN s0 THEN 25 ELSE 0 END + CASE WHEN s1 THEN 20 ELSE 0 END + CASE WHEN s2 THEN 10 ELSE 0 END
     + CASE WHEN s3 THEN -15 ELSE 0 END + CASE WHEN s4 THEN -30 ELSE 0 END, 0), 0), 100)::DOUBLE AS fit,
    least(greatest(coalesce(interest, 0), 0), 100) AS interest, least(greatest(coalesce(intent, 0), 0), 100) AS intent,
    coalesce(demos, 0) AS demos, contributions
  FROM fit f LEFT JOIN sums USING (lead_id)
)
SELECT lead_id, fit, interest, intent, fit * 0.35 + interest * 0.2 + intent * 0.45 AS priority,
  CASE WHEN fit >= 70 THEN 'A' WHEN fit >= 45 THEN 'B' WHEN fit >= 20 THEN 'C' ELSE '' END AS grade, s0, s1, s2, s3, s4, contributions,
  (fit >= 30 AND interest >= 40) OR demos >= 1 AS "when", is_competitor OR stage IN ('customer', 'disqualified') AS never,
  coalesce(is_email_known, false) AS needs, intent >= 40 AS sql_when
FROM scored
