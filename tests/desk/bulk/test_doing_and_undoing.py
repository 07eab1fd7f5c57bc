"""What was previewed is done, the rest is named with why, and it can be undone where untouched."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from handraise.desk.bulk import actions
from handraise.desk.bulk.decide import Deed, State
from handraise.desk.bulk.models import Bulk
from handraise.desk.bulk.running import run
from handraise.flow.advance import advance
from handraise.handover.models import Handover
from handraise.leads.actions import merge_leads, set_owner, tag
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import JournalLine, Lead, StageMove
from handraise.lists import actions as lists
from handraise.qualification.actions import move_by_hand
from handraise.qualification.models import Return
from handraise.team.actions import deactivate
from handraise.team.models import User
from tests.desk.bulk.conftest import LATER, begun, done, many, previewed, undone, whys
from tests.lists.conftest import fixed, names_in
from tests.personas import NOON
from tests.world import in_force, kinds, lead, said, stage_of

pytestmark = pytest.mark.django_db


def _tags(one: Lead) -> list[str]:
    return Lead.objects.get(pk=one.pk).tags


def _owner(one: Lead) -> User | None:
    return Lead.objects.get(pk=one.pk).owner


def test_a_preview_says_how_many_and_why_not_and_changes_nothing(mia: User) -> None:
    ada, ben, cem = lead("Ada"), lead("Ben"), lead("Cem")
    set_owner(ben, owner=mia, by=mia, at=NOON, via=Via.WEB)

    bulk = previewed([ada.pk, ben.pk, cem.pk], Deed.OWN, mia, owner=mia.pk)

    assert bulk.forecast == {
        "will": 2, "not": [["owned by Mia already", 1]], "first": [ada.pk, cem.pk],
    }  # fmt: skip
    assert _owner(ada) is None


def test_tags_are_added_once_and_taken_off_again(mia: User) -> None:
    ada, ben = lead("Ada"), lead("Ben")
    tag(ben, add=["VIP"], by=mia, at=NOON, via=Via.WEB)

    bulk = done([ada.pk, ben.pk], Deed.TAG, mia, tag="VIP")

    assert (bulk.state, bulk.done, bulk.refused) == (State.DONE, 1, 1)
    assert whys(bulk, "refused") == {"Ben": "tagged VIP already"}
    assert kinds(ada).count("leads.tagged") == 1
    gone = undone(bulk, mia)
    assert (gone.state, gone.undone, gone.left) == (State.UNDONE, 1, 0)
    assert (_tags(ada), _tags(ben)) == ([], ["VIP"])


def test_an_owner_comes_back_unless_the_lead_was_given_on(mia: User, nils: User) -> None:
    ada, ben = lead("Ada"), lead("Ben")
    set_owner(ada, owner=nils, by=mia, at=NOON, via=Via.WEB)
    bulk = done([ada.pk, ben.pk], Deed.OWN, mia, owner=mia.pk)
    set_owner(ben, owner=nils, by=mia, at=LATER, via=Via.WEB)

    gone = undone(bulk, mia)

    assert (_owner(ada), _owner(ben)) == (nils, nils)
    assert (gone.undone, gone.left) == (1, 1)
    assert whys(bulk, "left") == {"Ben": "Somebody changed this since."}


def test_a_tag_taken_off_and_put_back_by_somebody_is_theirs(mia: User) -> None:
    ada, ben = lead("Ada"), lead("Ben")
    bulk = done([ada.pk, ben.pk], Deed.TAG, mia, tag="VIP")
    tag(ada, remove=["VIP"], by=mia, at=LATER, via=Via.WEB)
    tag(ada, add=["VIP"], by=mia, at=LATER, via=Via.WEB)
    tag(ben, add=["other"], by=mia, at=LATER, via=Via.WEB)

    undone(bulk, mia)

    assert (_tags(ada), _tags(ben)) == (["VIP"], ["other"])


def test_an_owner_who_left_meanwhile_gets_nothing_back(mia: User, nils: User, rita: User) -> None:
    ada = lead("Ada")
    set_owner(ada, owner=nils, by=mia, at=NOON, via=Via.WEB)
    bulk = done([ada.pk], Deed.OWN, mia, owner=mia.pk)
    deactivate(nils, by=rita, at=LATER)

    undone(bulk, mia)

    assert _owner(ada) == mia
    assert whys(bulk, "left") == {"Ada": "Nils does not work here any more."}


def test_leads_go_into_a_list_and_out_again(mia: User) -> None:
    ada, ben, fair = lead("Ada"), lead("Ben"), fixed(mia)
    lists.put_in(fair, ben, by=mia, at=NOON, via=Via.WEB)

    bulk = done([ada.pk, ben.pk], Deed.LIST, mia, list=fair.pk)

    assert names_in(fair) == ["Ada", "Ben"]
    assert whys(bulk, "refused") == {"Ben": "in the list Fair already"}
    assert said(ada, "lists.added") == [f"Put into the private list {fair.pk}."]
    undone(bulk, mia)
    assert names_in(fair) == ["Ben"]
    out = done([ada.pk, ben.pk], Deed.UNLIST, mia, list=fair.pk)
    assert names_in(fair) == []
    undone(out, mia)
    assert names_in(fair, LATER) == ["Ben"]


def test_who_was_put_into_the_list_anew_by_somebody_stays_in(mia: User) -> None:
    ada, ben, fair = lead("Ada"), lead("Ben"), fixed(mia)
    bulk = done([ada.pk, ben.pk], Deed.LIST, mia, list=fair.pk)
    lists.take_out(fair, ada, by=mia, at=LATER, via=Via.WEB)
    lists.put_in(fair, ada, by=mia, at=LATER, via=Via.WEB)

    undone(bulk, mia)

    assert names_in(fair, LATER) == ["Ada"]
    assert whys(bulk, "left") == {"Ada": "Somebody changed this since."}


def test_a_list_that_is_removed_before_its_turn_refuses_each(mia: User) -> None:
    ada, fair = lead("Ada"), fixed(mia)
    bulk = begun(previewed([ada.pk], Deed.LIST, mia, list=fair.pk), mia)
    lists.remove(fair, by=mia, at=NOON, via=Via.WEB)

    run(bulk.pk, now=lambda: NOON)

    assert whys(bulk, "refused") == {"Ada": "The list has been removed."}


def test_moves_go_by_the_table_and_come_back(mark: User, mia: User) -> None:
    in_force(mark, mia)
    ada, ben = lead("Ada"), lead("Ben")
    move_by_hand(ben, to=Stage.DISQUALIFIED, reason="No.", by=mia, at=NOON, via=Via.WEB)

    bulk = done([ada.pk, ben.pk], Deed.MOVE, mia, to="DISQUALIFIED", reason="Wrong fair.")

    assert whys(bulk, "refused") == {"Ben": "disqualified already"}
    assert StageMove.objects.filter(lead=ada).get().reason == "Wrong fair."
    undone(bulk, mia)
    assert (stage_of(ada), stage_of(ben)) == (Stage.LEAD, Stage.DISQUALIFIED)
    assert StageMove.objects.get(lead=ada).withdrawn_at == LATER


def test_a_lead_put_to_rest_rests_no_longer_once_that_is_undone(mark: User, mia: User) -> None:
    in_force(mark, mia)
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    bulk = done([ada.pk], Deed.MOVE, mia, to="NURTURE", reason="Later.")
    assert Return.objects.filter(lead=ada).exists()

    undone(bulk, mia)
    advance([ada.pk], at=LATER)

    assert stage_of(ada) is Stage.MARKETING_QUALIFIED
    assert Handover.objects.filter(lead=ada).exists()


def test_a_lead_that_was_moved_again_stays_where_it_is(mark: User, mia: User) -> None:
    in_force(mark, mia)
    ada = lead("Ada")
    bulk = done([ada.pk], Deed.MOVE, mia, to="NURTURE", reason="Later.")
    move_by_hand(ada, to=Stage.DISQUALIFIED, reason="No.", by=mia, at=LATER, via=Via.WEB)

    undone(bulk, mia)

    assert stage_of(ada) is Stage.DISQUALIFIED
    assert whys(bulk, "left") == {"Ada": "Moved again since."}


def test_a_lead_merged_meanwhile_is_left_alone_and_named(mia: User) -> None:
    ada, twin, ben = lead("Ada"), lead("Twin"), lead("Ben")
    bulk = previewed([twin.pk, ben.pk], Deed.TAG, mia, tag="VIP")
    merge_leads(ada, twin, why="Same.", by=mia, at=NOON, via=Via.WEB)

    run(begun(bulk, mia).pk, now=lambda: NOON)

    assert list(whys(bulk, "refused").values()) == ["merged into another lead since"]
    assert (_tags(ada), _tags(ben)) == ([], ["VIP"])


def test_who_matches_later_is_not_meant(mia: User) -> None:
    ada = lead("Ada")
    chosen = actions.choose(Lead.objects.filter(is_current=True), by=mia, at=NOON)
    ben = lead("Ben")

    bulk = actions.preview(chosen, deed=Deed.TAG, given={"tag": "VIP"}, by=mia)
    run(begun(bulk, mia).pk, now=lambda: NOON)

    assert (_tags(ada), _tags(ben)) == (["VIP"], [])


def test_what_was_previewed_in_another_window_is_not_begun_in_this_one(mia: User) -> None:
    bulk = previewed([lead("Ada").pk], Deed.TAG, mia, tag="VIP")
    actions.preview(bulk, deed=Deed.TAG, given={"tag": "other"}, by=mia)

    with pytest.raises(Refused, match="in another window"):
        actions.start(bulk, revision=bulk.revision, by=mia, at=NOON, via=Via.WEB)


def test_begun_twice_it_is_done_once(mia: User) -> None:
    bulk = done([lead("Ada").pk], Deed.TAG, mia, tag="VIP")

    again = run(begun(bulk, mia).pk, now=lambda: NOON)

    assert (again.state, again.done) == (State.DONE, 1)
    assert JournalLine.objects.filter(kind="desk.bulk_started").count() == 1


def test_stopped_it_goes_no_further_and_what_is_done_can_be_undone(mia: User) -> None:
    ids = many(150)
    bulk = begun(previewed(ids, Deed.TAG, mia, tag="VIP"), mia)
    turns = iter([False, True])
    run(bulk.pk, now=lambda: NOON, must_stop=lambda: next(turns))

    stopped = actions.stop(bulk, by=mia, at=NOON, via=Via.WEB)

    assert (run(bulk.pk, now=lambda: NOON).done, stopped.done) == (100, 100)
    undone(bulk, mia)
    assert not Lead.objects.filter(tags__contains=["VIP"]).exists()


def test_more_than_five_hundred_are_for_a_manager(mia: User, rita: User) -> None:
    ids = many(501)

    with pytest.raises(Refused, match="More than 500 leads at once"):
        previewed(ids, Deed.TAG, mia, tag="VIP")

    assert previewed(ids, Deed.TAG, rita, tag="VIP").forecast["will"] == 501


def test_moves_are_for_those_who_qualify(mark: User, mia: User) -> None:
    in_force(mark, mia)

    with pytest.raises(PermissionDenied):
        previewed([lead("Ada").pk], Deed.MOVE, mark, to="NURTURE", reason="Later.")


@pytest.mark.parametrize(
    ("deed", "given"),
    [
        (Deed.TAG, {"tag": " "}), (Deed.TAG, {"tag": "x" * 61}), (Deed.TAG, {"tag": "a\x00"}),
        (Deed.OWN, {"owner": "987654"}), (Deed.OWN, {"owner": "x"}), (Deed.LIST, {"list": ""}),
        (Deed.MOVE, {"to": "CUSTOMER", "reason": "x"}), (Deed.MOVE, {"to": "NURTURE"}),
        (Deed.MOVE, {"to": "NURTURE", "reason": "x" * 1_000_000}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    deed: Deed, given: dict[str, str], mark: User, mia: User
) -> None:
    in_force(mark, mia)
    chosen = actions.choose(Lead.objects.filter(pk=lead("Ada").pk), by=mia, at=NOON)

    with pytest.raises(Refused):
        actions.preview(chosen, deed=deed, given=given, by=mia)

    assert Bulk.objects.get().state == State.CHOSEN


def test_nobody_puts_leads_into_the_private_list_of_another_in_bulk(mia: User, rita: User) -> None:
    secret = fixed(mia)

    with pytest.raises(Refused, match="Choose a list"):
        previewed([lead("Ada").pk], Deed.LIST, rita, list=secret.pk)


def test_nobody_chosen_is_refused(mia: User) -> None:
    with pytest.raises(Refused, match="at least one"):
        actions.choose(Lead.objects.none(), by=mia, at=NOON)
