"""Merges by people and by messages, and their undoing."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraise.leads import actions
from handraise.leads.decide import Stage, Via, stage_after_merge
from handraise.leads.models import Activity, Identity, JournalLine, Lead, Merge, Source
from handraise.leads.moves import Move
from handraise.leads.moves import write as write_moves
from handraise.leads.queries import facts_of, lead_visible_to, merges_of, timeline
from handraise.leads.record import record
from handraise.team.models import User
from tests.leads.said import alias, did, facts, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


def merge(kept: Lead, merged: Lead, by: User | None = None) -> Merge:
    return actions.merge_leads(kept, merged, why="Same person.", by=by, at=NOON, via=Via.WEB)


def undo(merge: Merge, by: User | None = None) -> None:
    actions.undo_merge(merge, by=by, at=LATER, via=Via.WEB)


def names(lead: Lead) -> set[str]:
    found = Activity.objects.filter(identity__lead__canonical=lead.canonical_id)
    return set(found.values_list("name", flat=True))


def test_a_person_merges_a_duplicate(ada: Lead, gus: Lead, mia: User) -> None:
    merged = merge(ada, gus, mia)

    assert lead_visible_to(mia, gus.pk) == ada
    assert "Content Downloaded" in names(ada)
    assert merges_of(ada) == [merged]
    assert JournalLine.objects.get(kind="leads.merged").by == mia


def test_undoing_gives_each_what_came_by_its_own_identities_since(ada: Lead, gus: Lead) -> None:
    made = merge(ada, gus)
    gus_id = Identity.objects.get(lead=gus, kind="user_id").value
    ada_id = Identity.objects.get(lead=ada, kind="user_id").value
    record([did("Late for Gus", user_id=gus_id), did("Late for Ada", user_id=ada_id)], at=LATER)
    record([facts({"city": "Bern"}, user_id=gus_id, anonymous_id="gus-phone")], at=LATER)

    undo(made)

    ada.refresh_from_db()
    gus.refresh_from_db()
    assert "Late for Gus" in names(gus) - names(ada)
    assert "Late for Ada" in names(ada) - names(gus)
    assert "city" not in {fact.name for fact in facts_of(ada)}
    assert lead_of("anonymous_id", "gus-phone") == gus


def test_what_both_said_stays_with_both(ada: Lead, gus: Lead) -> None:
    made = merge(ada, gus)
    record([facts({"country": ada.country}, user_id="gus.ada.lovelace", at=LATER)], at=LATER)

    undo(made)

    told = [
        {fact.name: fact.value for fact in facts_of(Lead.objects.get(pk=lead.pk))}
        for lead in (ada, gus)
    ]
    assert [known.get("country") for known in told] == ["United Kingdom", "United Kingdom"]


def test_the_card_shows_both_and_then_each_again(ada: Lead, gus: Lead) -> None:
    before = [(lead.email, lead.last_seen_at) for lead in (ada, gus)]

    undo(merge(ada, gus))

    after = [(lead.email, lead.last_seen_at) for lead in Lead.objects.order_by("pk")]
    assert after == before


def test_it_refuses_to_undo_twice(ada: Lead, gus: Lead) -> None:
    made = merge(ada, gus)
    undo(made)

    with pytest.raises(actions.Refused, match="undone already"):
        undo(made)


def test_it_refuses_to_merge_what_is_one_already(ada: Lead, gus: Lead) -> None:
    merge(ada, gus)

    with pytest.raises(actions.Refused, match="one lead already"):
        merge(gus, ada)


def test_no_message_joins_again_whom_a_person_parted(ada: Lead, gus: Lead) -> None:
    undo(merge(ada, gus))

    recorded = record([alias(user_id="ada", previous_id="gus.ada.lovelace")], at=LATER)

    assert recorded.merges == 0
    assert "parted" in recorded.conflicts[0][1]
    assert lead_of("user_id", "ada") != lead_of("user_id", "gus.ada.lovelace")


def test_a_person_may_merge_them_once_more(ada: Lead, gus: Lead) -> None:
    undo(merge(ada, gus))

    merge(ada, gus)

    gus.refresh_from_db()
    assert gus.canonical == ada


def test_undoing_the_lower_merge_takes_what_hangs_below(ada: Lead, ben: Lead, gus: Lead) -> None:
    lower = merge(gus, ben)
    upper = merge(ada, gus)

    undo(upper)

    assert {lead.pk: lead.canonical_id for lead in Lead.objects.all()} == {
        ada.pk: ada.pk, gus.pk: gus.pk, ben.pk: gus.pk
    }  # fmt: skip
    assert lower.undone_at is None


@pytest.mark.parametrize(
    ("kept", "merged", "after"),
    [
        (Stage.LEAD, Stage.CUSTOMER, Stage.CUSTOMER),
        (Stage.CUSTOMER, Stage.MARKETING_QUALIFIED, Stage.CUSTOMER),
        (Stage.NURTURE, Stage.SALES_ACCEPTED, Stage.SALES_ACCEPTED),
        (Stage.LEAD, Stage.NURTURE, Stage.NURTURE),
        (Stage.NURTURE, Stage.DISQUALIFIED, Stage.DISQUALIFIED),
        (Stage.DISQUALIFIED, Stage.MARKETING_QUALIFIED, Stage.MARKETING_QUALIFIED),
        (Stage.LEAD, Stage.LEAD, Stage.LEAD),
    ],
)
def test_no_sale_and_no_open_work_is_lost(kept: Stage, merged: Stage, after: Stage) -> None:
    assert stage_after_merge(kept, merged) is after
    assert stage_after_merge(merged, kept) is after


def test_the_kept_lead_takes_the_further_stage_and_gives_it_back(ada: Lead, hana: Lead) -> None:
    made = merge(ada, hana)
    ada.refresh_from_db()
    moved = ada.stage

    undo(made)

    ada.refresh_from_db()
    hana.refresh_from_db()
    assert moved == Stage.CUSTOMER
    assert (ada.stage, hana.stage) == (Stage.LEAD, Stage.CUSTOMER)
    assert [move.reason for move in ada.moves.order_by("id")] == [
        "Merged with a lead that stood at Customer.",
        "The merge that brought it here was undone.",
    ]


def test_a_step_made_since_stays_when_the_merge_is_undone(
    ada: Lead, finn: Lead, website: Source
) -> None:
    made = merge(ada, finn)
    on = Move(ada.pk, Stage.NURTURE, Stage.MARKETING_QUALIFIED, 1, "Met the criteria.")
    write_moves([on], at=LATER, via=Via.WORKER)

    undo(made)

    ada.refresh_from_db()
    assert ada.stage == Stage.MARKETING_QUALIFIED


def test_tags_and_owner_are_taken_over_and_given_back(ada: Lead, gus: Lead, mia: User) -> None:
    actions.tag(ada, add=["fair"], by=mia, at=NOON, via=Via.WEB)
    actions.tag(gus, add=["fair", "vip"], by=mia, at=NOON, via=Via.WEB)
    actions.set_owner(gus, owner=mia, by=mia, at=NOON, via=Via.WEB)
    made = merge(ada, gus)
    ada.refresh_from_db()
    together = (ada.tags, ada.owner)

    undo(made)

    ada.refresh_from_db()
    assert together == (["fair", "vip"], mia)
    assert (ada.tags, ada.owner) == (["fair"], None)


def test_the_timeline_tells_of_both(ada: Lead, gus: Lead) -> None:
    merge(ada, gus)
    ada.refresh_from_db()

    kinds = {item.kind for item in timeline(ada)}

    assert kinds == {"activity", "line"}
    assert len(timeline(ada, limit=100)) == 8  # six of Ada, one of Gus, the merge


def test_a_merge_of_strangers_by_message_is_written_to_the_journal() -> None:
    record([did(anonymous_id="a"), facts(user_id="u")], at=NOON)

    record([did(anonymous_id="a", user_id="u")], at=LATER)

    line = JournalLine.objects.get(kind="leads.merged")
    assert line.said == "Anonymous id a came with user id u."
    assert line.lead == lead_of("user_id", "u")


def test_a_shared_mailbox_is_told_of_once() -> None:
    record([facts(user_id="u", email="info@x.example"), facts(user_id="v")], at=NOON)

    for _ in range(3):
        record([facts(user_id="v", email="info@x.example")], at=LATER)

    assert JournalLine.objects.filter(kind="leads.merge_refused").count() == 1
    assert lead_of("user_id", "u") != lead_of("user_id", "v")


fresh = count()
pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
@given(pairs, st.randoms(use_true_random=False))
def test_merging_then_undoing_in_any_order_restores(
    pairs: list[tuple[int, int]], order: Random
) -> None:
    group = next(fresh)  # examples share one database
    record([did(user_id=f"{group}-{place}") for place in range(5)], at=NOON)
    leads = [lead_home(f"{group}-{place}") for place in range(5)]
    made = []
    for one, other in pairs:
        kept, merged = (Lead.objects.get(pk=leads[place]) for place in (one, other))
        if kept.canonical_id != merged.canonical_id:
            made.append(merge(kept, merged))
    order.shuffle(made)

    for each in made:
        undo(each)

    assert all(lead.canonical_id == lead.pk for lead in Lead.objects.filter(pk__in=leads))


def lead_home(user_id: str) -> int:
    return Identity.objects.get(kind="user_id", value=user_id).lead_id
