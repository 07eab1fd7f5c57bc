"""The pages that strangers open from a mail: by a link alone, and about nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from handraise.consent.arranging import retire_purpose
from handraise.consent.decide import How
from handraise.consent.links import confirmation_url, preferences_url, reader_of, token_for
from handraise.consent.models import Confirmation, Leaving, TopicChoice
from handraise.kit import clock
from handraise.leads.actions import edit_lead, merge_leads, record_consent, undo_merge
from handraise.leads.decide import Via
from handraise.leads.models import Consent, Lead
from handraise.leads.queries import consents_of
from handraise.team.models import User
from tests.consent.conftest import bar, give, made, may, purpose
from tests.consent.test_confirming import ADA, asked
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def page(url: str, **posted: Any) -> str:
    """What a browser without cookies is shown."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(url, posted) if posted else client.get(url)
    assert answer.status_code == 200
    assert not answer.cookies
    return answer.content.decode()


def path(lead: Lead, address: str = ADA) -> str:
    return f"/preferences/{token_for(lead.pk, address)}/"


def link_of(confirmation: Confirmation) -> str:
    return confirmation_url(confirmation).removeprefix(settings.ADDRESS)


def ticks(**wanted: list[str] | None) -> dict[str, list[int]]:
    """A form with these purposes shown, and what is ticked."""
    shown = [purpose(code) for code in wanted]
    topics = [one.topics.get(code=code).pk for one in shown for code in wanted[one.code] or []]
    return {
        "shown": [one.pk for one in shown],
        "purpose": [one.pk for one in shown if wanted[one.code] is not None],
        "topic": topics,
    }


def ticked(text: str) -> set[str]:
    """The labels of the boxes that are ticked."""
    numbers = re.findall(r'id="((?:purpose|topic)-\d+)"[^>]* checked', text)
    return {re.search(rf'for="{one}">([^<]+)<', text)[1] for one in numbers}  # type: ignore[index]


def test_it_shows_what_one_gets_and_who_else_one_is_not(ada: Lead, ben: Lead) -> None:
    give(ada, topics=["guides"])
    give(ben, "events")

    text = page(path(ada))

    assert {"Newsletter", "Guides and articles"} <= ticked(text)
    assert "Events" not in ticked(text)
    assert "a…@engines.example" in text
    assert not any(word in text for word in (ADA, "Lovelace", "ben", "summit", "Analytical"))


def test_ticks_give_leave_and_choose_and_say_so(ada: Lead) -> None:
    give(ada)

    text = page(path(ada), **ticks(newsletter=None, events=["webinars"]))

    assert "You do not get any more: Newsletter." in text
    assert "You get from now on: Events." in text
    at = clock.now()
    assert not may(ada, at=at)
    assert may(ada, "events", "webinars", at=at)
    assert not may(ada, "events", "on-site", at=at)
    given = Consent.objects.get(purpose="events")
    assert (given.wording, given.source.name) == (purpose("events").wording, "Preference pages")
    assert (given.proof.how, given.proof.address) == ("preferences", ADA)


def test_what_is_ticked_by_one_address_is_not_sent_to_another(ada: Lead, rita: User) -> None:
    facts = {"email": "victim@elsewhere.example"}
    edit_lead(ada, facts=facts, by=rita, at=NOON, via=Via.WEB)

    text = page(path(ada), **ticks(events=[]))

    assert "Noted: Events. Our mails go to another address of yours" in text
    assert not may(ada, "events", at=clock.now())


def test_what_is_not_sent_any_more_is_not_confirmed(ada: Lead, mark: User) -> None:
    url = link_of(asked(ada, at=clock.now()))
    retire_purpose(purpose("newsletter"), by=mark, at=NOON, via=Via.WEB)

    answer = Client().post(url)

    assert "This is not sent any more" in answer.content.decode()
    assert not Consent.objects.exists()


def test_saving_what_is_there_writes_nothing(ada: Lead) -> None:
    give(ada)
    everything = ticks(newsletter=["guides", "customer-stories"])

    text = page(path(ada), **everything)

    assert "Everything stays as it was." in text
    assert Consent.objects.count() == 1
    assert not TopicChoice.objects.exists()


def test_none_of_all_this_leaves_everything_once(ada: Lead) -> None:
    give(ada)
    record_consent(
        ada, purpose="old list", is_given=True, wording="", by=None, at=NOON, via=Via.API
    )

    texts = [page(path(ada), do="none") for _ in range(2)]

    assert all("You get none of these mails any more." in text for text in texts)
    told = {one.purpose: one.is_given for one in consents_of(ada)}
    assert told == dict.fromkeys(
        ["newsletter", "product-news", "events", "offers", "old list"], False
    )
    assert Leaving.objects.count() == 1
    assert ticked(texts[0]) == set()


def test_who_asks_for_it_anew_without_a_topic_gets_all_of_them(ada: Lead) -> None:
    assert "Webinars" not in ticked(page(path(ada)))

    text = page(path(ada), **ticks(events=[]))

    assert {"Events", "Webinars", "On site"} <= ticked(text)
    assert not TopicChoice.objects.exists()
    page(path(ada), **ticks(events=[]))
    assert "Webinars" not in ticked(page(path(ada)))


def test_what_was_not_shown_is_not_left(ada: Lead, mark: User) -> None:
    give(ada)
    give(ada, "events")

    page(path(ada), **ticks(newsletter=None))

    assert may(ada, "events", at=clock.now())


def test_a_purpose_of_a_contract_is_told_of_and_not_for_ticking(ada: Lead) -> None:
    text = page(path(ada), **ticks(service=None))

    assert "Customers also get “Service messages” as part of their contract." in text
    assert may(ada, "service", at=clock.now())


def test_a_link_is_about_who_is_behind_its_address(ada: Lead, gus: Lead) -> None:
    merge = merge_leads(ada, gus, why="Same.", by=None, at=NOON, via=Via.WEB)
    theirs = token_for(ada.pk, "gus.ada.lovelace@engines.example")
    undo_merge(merge, by=None, at=NOON, via=Via.WEB)

    reader = reader_of(theirs)

    assert reader is not None
    assert reader.lead == gus


@pytest.mark.parametrize("spoil", ["x", "", "/x", "é", "a" * 3000])
def test_a_link_that_we_did_not_make_leads_nowhere(ada: Lead, spoil: str) -> None:
    token = token_for(ada.pk, ADA)
    for wrong in (token[:-2] + spoil, spoil + token, token.partition(".")[0], spoil):
        if wrong != token and wrong:
            for place in ("preferences", "confirm"):
                assert Client().get(f"/{place}/{wrong}/").status_code == 404


def test_a_preference_link_confirms_nothing(ada: Lead) -> None:
    assert Client().post(f"/confirm/{token_for(ada.pk, ADA)}/").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_leaks(ada: Lead, method: str) -> None:
    answer = getattr(Client(), method)(path(ada))

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer.headers["Cache-Control"]
    assert 'content="noindex, nofollow"' in answer.content.decode()


def test_opening_a_link_changes_nothing(ada: Lead) -> None:
    give(ada)
    for url in (path(ada), link_of(asked(ada))):
        Client().get(url)
        Client().head(url)

    assert Consent.objects.count() == 1


def test_the_button_confirms_and_again_says_so(ada: Lead) -> None:
    at = clock.now()
    url = link_of(asked(ada, at=at))
    assert "Yes, confirm" in page(url)

    texts = [page(url, yes="1"), page(url, yes="1"), page(url)]

    assert all("Thank you, it is confirmed" in text for text in texts)
    assert all(preferences_url(ada.pk, ADA) in text for text in texts)
    assert Consent.objects.get().is_given


def test_who_has_left_since_is_not_told_that_they_get_it(ada: Lead) -> None:
    url = link_of(asked(ada, at=clock.now()))
    page(url, yes="1")
    page(path(ada), do="none")

    for text in (page(url), page(url, yes="1")):
        assert "It was confirmed, and left since" in text
        assert "from now on" not in text
    assert not may(ada, at=clock.now())


def test_a_link_that_ran_out_says_so(ada: Lead) -> None:
    url = link_of(asked(ada))

    for answer in (Client().get(url), Client().post(url)):
        assert answer.status_code == 410
        assert "This link has run out." in answer.content.decode()


def test_a_suppressed_reader_is_told_that_nothing_comes(ada: Lead) -> None:
    bar("engines.example")

    assert "Nothing is sent to this address at present." in page(path(ada))


def test_a_link_posted_without_pause_has_to_wait(ada: Lead) -> None:
    give(ada, how=How.HAND)
    url = path(ada)
    got = {Client().post(url, {"do": "save"}).status_code for _ in range(31)}

    assert got == {200, 429}


def test_what_is_typed_into_the_form_is_harmless(ada: Lead, mark: User) -> None:
    told = made("<b>Tips</b>", mark)

    text = page(path(ada), shown=[told.pk, "x", "9" * 30, "\x00"], purpose=["\x00", "<i>"])

    assert "&lt;b&gt;Tips&lt;/b&gt;" in text
    assert "<b>Tips" not in text
