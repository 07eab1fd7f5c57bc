"""What was known of a lead at a moment: identities, facts, company, consent, stage.

Every relation here has at most one row for each (lead_id, at) and name. Of several rows about
the same thing, the newest that was known by `known_by` holds.
"""

from __future__ import annotations

from typing import Any

import ibis

from handraise.scoring.inputs import (
    CONSENT,
    FACT,
    FACT_WITHDRAWAL,
    IDENTITY,
    LEAD,
    MEMBERSHIP,
    STAGE_MOVE,
)
from handraise.scoring.plan import COMPANY

KEY = ("lead_id", "at")
VALUES = ("text", "words", "number", "truth", "instant")


def beside(left: Any, right: Any, on: dict[str, str], how: str = "inner", **taken: str) -> Any:
    """`left` joined to `right` where left[key] = right[value] for all of `on`.

    Gives the columns of `left`, and those of `right` that are `taken`, by their new names. Names
    never clash, so that a relation can be joined to what it was made from.
    """
    keys = {f"on_{place}": right[name] for place, name in enumerate(on.values())}
    side = right.select(**keys, **{new: right[old] for new, old in taken.items()})
    joined = left.join(
        side, [left[name] == side[f"on_{place}"] for place, name in enumerate(on)], how=how
    )
    return joined.select(*left.columns, *taken)


def newest(rows: Any, keys: list[str], order: list[str]) -> Any:
    """The last row of each group by `order`."""
    place = ibis.row_number().over(
        group_by=[rows[key] for key in keys], order_by=[ibis.desc(rows[name]) for name in order]
    )
    return rows.mutate(place=place).filter(lambda t: t.place == 0).drop("place")


def identities(leads: Any) -> Any:
    """(lead_id, identity_id): every identity of every face of these canonical leads."""
    faces = beside(leads, LEAD, {"lead_id": "canonical_id"}, face_id="id")
    owned = beside(faces, IDENTITY, {"face_id": "lead_id"}, identity_id="id")
    return owned.select("lead_id", "identity_id")


def _each_identity(people: Any, owned: Any) -> Any:
    return beside(people, owned, {"lead_id": "lead_id"}, identity_id="identity_id")


def _as_known(rows: Any) -> Any:
    return rows.filter(rows.holds_from <= rows.at, rows.known_at <= rows.known_by)


def _not_withdrawn(rows: Any) -> Any:
    """Without what an undone import had said, as far as that was known by then."""
    return rows.filter(rows.withdrawn_at.isnull() | (rows.withdrawn_at > rows.known_by))


def companies(people: Any, owned: Any) -> Any:
    """(lead_id, at, known_by, company_id): the company each lead was in."""
    rows = beside(
        _each_identity(people, owned), MEMBERSHIP, {"identity_id": "identity_id"},
        company_id="company_id", holds_from="holds_from", known_at="known_at",
        withdrawn_at="withdrawn_at", id="id",
    )  # fmt: skip
    held = newest(_not_withdrawn(_as_known(rows)), [*KEY], ["holds_from", "known_at", "id"])
    return held.select("lead_id", "at", "known_by", "company_id")


def colleagues(placed: Any) -> Any:
    """(lead_id, at, known_by, of_lead_id): everybody else who was in the same company."""
    ever = beside(placed, MEMBERSHIP, {"company_id": "company_id"}, identity_id="identity_id")
    faces = beside(ever, IDENTITY, {"identity_id": "id"}, face_id="lead_id")
    others = beside(faces, LEAD, {"face_id": "id"}, other_id="canonical_id")
    others = others.select("at", "known_by", lead_id=others.other_id).distinct()
    theirs = companies(others, identities(others.select("lead_id").distinct()))
    pairs = beside(theirs, placed, {"company_id": "company_id", "at": "at"}, of_lead_id="lead_id")
    return pairs.filter(pairs.lead_id != pairs.of_lead_id).drop("company_id")


def facts(people: Any, owned: Any, placed: Any | None, names: list[str]) -> Any:
    """(lead_id, at, name, fact_id, text, words, number, truth, is_known), names as subjects."""
    own = [name for name in names if not name.startswith(COMPANY)]
    of_company = [name.removeprefix(COMPANY) for name in names if name.startswith(COMPANY)]
    found = []
    if own:
        found.append(_held(_each_identity(people, owned), "identity_id", own))
    if of_company:
        held = _held(placed, "company_id", of_company)
        found.append(held.mutate(name=ibis.literal(COMPANY) + held.name))
    return found[0] if len(found) == 1 else found[0].union(found[1])


def _held(holders: Any, holder: str, names: list[str]) -> Any:
    told = beside(
        holders, FACT.filter(FACT.name.isin(names)), {holder: holder},
        name="name", fact_id="id", holds_from="holds_from", known_at="known_at",
        **{name: name for name in VALUES},
    )  # fmt: skip
    told = beside(_as_known(told), FACT_WITHDRAWAL, {"fact_id": "fact_id"}, how="left",
                  withdrawn_at="known_at")  # fmt: skip
    held = newest(_not_withdrawn(told), [*KEY, "name"], ["holds_from", "known_at", "fact_id"])
    is_empty = held.text.isnull() & held.number.isnull() & held.truth.isnull()
    return held.select(
        *KEY, "name", "fact_id", "text", "words", "number", "truth",
        is_known=~(is_empty & held.instant.isnull()),
    )  # fmt: skip


def consents(people: Any, owned: Any, purposes: list[str]) -> Any:
    """(lead_id, at, consent_0, consent_1, …): one truth for each purpose, null: never asked."""
    rows = beside(
        _each_identity(people, owned), CONSENT.filter(CONSENT.purpose.isin(purposes)),
        {"identity_id": "identity_id"}, purpose="purpose", is_given="is_given",
        holds_from="holds_from", known_at="known_at", withdrawn_at="withdrawn_at", id="id",
    )  # fmt: skip
    held = newest(
        _not_withdrawn(_as_known(rows)), [*KEY, "purpose"], ["holds_from", "known_at", "id"]
    )
    columns = {
        f"consent_{place}": held.is_given.any(where=held.purpose == purpose)
        for place, purpose in enumerate(purposes)
    }
    return held.group_by([*KEY]).agg(**columns)


def stages(people: Any) -> Any:
    """(lead_id, at, stage): the stage by the newest move; no row for one who never moved."""
    rows = beside(
        people, STAGE_MOVE, {"lead_id": "lead_id"}, stage="after", holds_from="at",
        known_at="known_at", withdrawn_at="withdrawn_at", id="id",
    )  # fmt: skip
    held = newest(_not_withdrawn(_as_known(rows)), [*KEY], ["holds_from", "known_at", "id"])
    return held.select(*KEY, "stage")
