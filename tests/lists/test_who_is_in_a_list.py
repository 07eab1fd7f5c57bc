"""Who is in a list: by its condition, or because somebody put them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.leads.actions import edit_lead, merge_leads
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.lists import actions
from handraise.lists.models import ListMember, SavedList
from handraise.lists.queries import holds, members
from handraise.lists.working_out import work_out
from handraise.team.models import User
from tests.lists.conftest import by_condition, fixed, names_in
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, kinds, lead, said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_condition_holds_scores_stages_activities_and_facts_of_companies(
    mark: User, mia: User
) -> None:
    in_force(mark, mia)
    told: dict[str, Any] = {"title": "Head of Sales", "company.employees": 250}
    lead("Ada", "Demo Requested", **told)
    lead("Ben", **told)
    lead("Cem", "Demo Requested", title="Student")

    wanted = by_condition(
        "all: [{fit: {at_least: 30}}, {intent: {at_least: 50}}, {stage: LEAD},\n"
        "      {company.employees: {at_least: 50}},\n"
        "      {did: {event: Demo Requested, within: 30 days}}]",
        mia,
    )

    assert names_in(wanted) == ["Ada"]


def test_who_meets_the_condition_later_comes_in_and_who_no_longer_does_leaves(mia: User) -> None:
    ada, ben = lead("Ada", country="Germany"), lead("Ben", country="Norway")
    germans = by_condition("country: germany", mia)

    edit_lead(ada, facts={"country": "Norway"}, by=mia, at=NOON + HOUR, via=Via.WEB)
    edit_lead(ben, facts={"country": "Germany"}, by=mia, at=NOON + HOUR, via=Via.WEB)
    assert names_in(germans) == ["Ada"]
    worked_out = work_out(germans.pk, at=NOON + 2 * HOUR)

    assert worked_out is not None
    assert worked_out.as_of == NOON + 2 * HOUR
    assert names_in(worked_out, NOON + 2 * HOUR) == ["Ben"]
    assert holds([germans.pk], [ada.pk, ben.pk], at=NOON) == {germans.pk: {ada.pk}}


def test_lists_are_asked_anew_for_single_leads(mia: User) -> None:
    ada, ben = lead("Ada", country="Germany"), lead("Ben", country="Norway")
    germans, fair = by_condition("country: germany", mia), fixed(mia)
    ListMember.objects.all().delete()
    actions.put_in(fair, ben, by=mia, at=NOON, via=Via.WEB)

    found = holds([germans.pk, fair.pk, 987654], [ada.pk, ben.pk], at=NOON)

    assert found == {germans.pk: {ada.pk}, fair.pk: {ben.pk}, 987654: set()}


def test_a_lead_is_put_in_once_and_taken_out_once(mia: User) -> None:
    ada, fair = lead("Ada"), fixed(mia, is_shared=True)

    did = [
        verb(fair, ada, by=mia, at=NOON, via=Via.WEB)
        for verb in (actions.put_in, actions.put_in, actions.take_out, actions.take_out)
    ]

    assert did == [True, False, True, False]
    assert said(ada, "lists.added") == ["Put into the list “Fair”."]
    assert said(ada, "lists.taken_out") == ["Taken out of the list “Fair”."]
    assert names_in(fair) == []


def test_the_name_of_a_private_list_is_not_told_on_the_timeline(mia: User) -> None:
    ada, secret = lead("Ada"), fixed(mia, name="Secret plan")

    actions.put_in(secret, ada, by=mia, at=NOON, via=Via.WEB)

    assert "Secret" not in said(ada, "lists.added")[0]


def test_a_merged_lead_is_in_the_list_as_what_it_became(mia: User) -> None:
    ada, twin, fair = lead("Ada"), lead("Adah"), fixed(mia)
    actions.put_in(fair, twin, by=mia, at=NOON, via=Via.WEB)

    merge_leads(ada, twin, why="Same.", by=mia, at=NOON, via=Via.WEB)

    assert [one.pk for one in members(fair, at=NOON)] == [ada.pk]
    assert not actions.put_in(fair, ada, by=mia, at=NOON, via=Via.WEB)
    assert actions.take_out(fair, Lead.objects.get(pk=ada.pk), by=mia, at=NOON, via=Via.WEB)
    assert names_in(fair) == []


def test_nobody_is_put_into_a_list_by_condition(mia: User) -> None:
    ada, germans = lead("Ada"), by_condition("country: germany", mia)

    with pytest.raises(Refused, match="follows from its condition"):
        actions.put_in(germans, ada, by=mia, at=NOON, via=Via.WEB)

    assert "lists.added" not in kinds(ada)


def test_a_list_whose_condition_became_unreadable_holds_nobody_and_says_why(
    mark: User, mia: User
) -> None:
    in_force(mark, mia, AGREEMENT + "lists: {partners: [acme.example]}\n")
    ada = lead("Ada")
    partners = by_condition("email_domain: {in_list: partners}", mia)
    assert names_in(partners) == ["Ada"]

    in_force(mark, mia)
    broken = work_out(partners.pk, at=NOON + HOUR)

    assert broken is not None
    assert "There is no list 'partners'" in broken.fault
    assert list(members(broken, at=NOON + HOUR)) == []
    assert holds([broken.pk], [ada.pk], at=NOON) == {broken.pk: set()}
    in_force(mark, mia, AGREEMENT + "lists: {partners: [acme.example]}\n")
    mended = work_out(partners.pk, at=NOON + 2 * HOUR)
    assert mended is not None
    assert names_in(mended, NOON + 2 * HOUR) == ["Ada"]


def test_a_job_that_is_stopped_half_way_leaves_the_members_as_they_were(mia: User) -> None:
    lead("Ada", country="Germany")
    germans = by_condition("country: germany", mia)
    lead("Ben", country="Germany")

    assert work_out(germans.pk, at=NOON + HOUR, must_stop=lambda: True) is None

    assert names_in(germans, NOON + HOUR) == ["Ada"]
    assert work_out(germans.pk, at=NOON + HOUR) is not None
    assert names_in(germans, NOON + HOUR) == ["Ada", "Ben"]


def test_an_answer_to_an_older_question_is_thrown_away(mia: User) -> None:
    lead("Ada", country="Germany")
    germans = by_condition("country: germany", mia, at=NOON + HOUR)

    late = work_out(germans.pk, at=NOON)

    assert late is not None
    assert late.as_of == NOON + HOUR


def test_a_list_looked_at_is_worked_out_at_once_while_leads_are_few(mia: User) -> None:
    lead("Ada", country="Germany")
    germans = actions.create(name="G", text="country: germany", by=mia, at=NOON, via=Via.WEB)

    shown = actions.freshen(germans, at=NOON)
    again = actions.freshen(shown, at=NOON + timedelta(minutes=1))

    assert names_in(shown) == ["Ada"]
    assert again.as_of == NOON
    assert not ProcrastinateJob.objects.filter(task_name="lists.work_out").exists()


def test_of_many_leads_one_job_is_asked_however_many_look(
    mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    lead("Ada", country="Germany")
    germans = actions.create(name="G", text="country: germany", by=mia, at=NOON, via=Via.WEB)

    for _ in range(3):
        actions.freshen(SavedList.objects.get(pk=germans.pk), at=NOON)

    (job,) = ProcrastinateJob.objects.filter(task_name="lists.work_out")
    assert job.args == {"list_id": germans.pk}
    assert work_out(germans.pk, at=NOON) is not None
    assert SavedList.objects.get(pk=germans.pk).asked_at is None
