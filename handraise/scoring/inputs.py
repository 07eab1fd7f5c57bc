"""The tables that a compiled agreement reads, by name and type; no engine is touched here.

Most are the rows of `leads`. Four are handed in by the engine with every call: `moments`
(which lead, at which instant, with the knowledge of when), `asked`, `signals` (the behaviour
signals and `did`s of the agreement, one row each) and `lists`.
"""

from __future__ import annotations

import ibis

_INSTANT = "timestamp('UTC')"

MOMENTS = ibis.table({"lead_id": "int64", "at": _INSTANT, "known_by": _INSTANT}, name="moments")
# The leads of `moments`, each once. Handed in apart, for a planner that must guess how many
# distinct values an array holds guesses 200.
ASKED = ibis.table({"lead_id": "int64"}, name="asked")
SIGNALS = ibis.table(
    {
        "number": "int64",  # place in Document.signals; `did`s follow after the last signal
        "kind": "string",  # interest, intent or did
        "event": "string",
        "points": "float64",
        "half_life": "int64",  # microseconds, like every length; null: never fades
        "horizon": "int64",  # an activity of this age or older no longer counts
        "at_most": "float64",
    },
    name="signals",
)
LISTS = ibis.table({"list": "string", "value": "string"}, name="lists")

LEAD = ibis.table(
    {"id": "int64", "canonical_id": "int64", "withdrawn_at": _INSTANT}, name="leads_lead"
)
IDENTITY = ibis.table({"id": "int64", "lead_id": "int64"}, name="leads_identity")
ACTIVITY = ibis.table(
    {
        "id": "int64",
        "identity_id": "int64",
        "name": "string",
        "occurred_at": _INSTANT,
        "known_at": _INSTANT,
        "match": "json",
    },
    name="leads_activity",
)
JUDGEMENT = ibis.table(
    {
        "id": "int64",
        "activity_id": "int64",
        "doubt": "string",
        "counts": "boolean",
        "known_at": _INSTANT,
    },
    name="leads_judgement",
)
FACT = ibis.table(
    {
        "id": "int64",
        "identity_id": "int64",
        "company_id": "int64",
        "name": "string",
        "text": "string",
        "words": "string",
        "number": "float64",
        "truth": "boolean",
        "instant": _INSTANT,
        "holds_from": _INSTANT,
        "known_at": _INSTANT,
    },
    name="leads_fact",
)
FACT_WITHDRAWAL = ibis.table(
    {"fact_id": "int64", "known_at": _INSTANT}, name="leads_factwithdrawal"
)
MEMBERSHIP = ibis.table(
    {
        "id": "int64",
        "identity_id": "int64",
        "company_id": "int64",
        "holds_from": _INSTANT,
        "known_at": _INSTANT,
        "withdrawn_at": _INSTANT,
    },
    name="leads_membership",
)
CONSENT = ibis.table(
    {
        "id": "int64",
        "identity_id": "int64",
        "purpose": "string",
        "is_given": "boolean",
        "holds_from": _INSTANT,
        "known_at": _INSTANT,
        "withdrawn_at": _INSTANT,
    },
    name="leads_consent",
)
STAGE_MOVE = ibis.table(
    {
        "id": "int64",
        "lead_id": "int64",
        "after": "string",
        "at": _INSTANT,
        "known_at": _INSTANT,
        "withdrawn_at": _INSTANT,
    },
    name="leads_stagemove",
)
LIST_ENTRY = ibis.table({"list": "string", "value": "string"}, name="agreement_listentry")

# What an engine must find under these names. `lists` is made of agreement_listentry.
STORED = (
    LEAD, IDENTITY, ACTIVITY, JUDGEMENT, FACT, FACT_WITHDRAWAL, MEMBERSHIP, CONSENT, STAGE_MOVE,
    LIST_ENTRY,
)  # fmt: skip
