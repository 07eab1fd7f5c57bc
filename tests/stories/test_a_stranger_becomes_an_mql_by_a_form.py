"""A form, from the first question to sales: built, filled in, confirmed, downloaded, qualified."""

from __future__ import annotations

from typing import Any

import pytest

from handraise.consent.models import Confirmation
from handraise.consent.queries import permitted
from handraise.enablement.actions import About
from handraise.flow.advance import advance
from handraise.forms import links
from handraise.forms.document import Delivery, Field, FieldKind
from handraise.forms.models import Submission
from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads.decide import Stage
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.enablement.conftest import asset
from tests.forms.conftest import ADA, NEWS, ada, document, form, stranger
from tests.forms.test_public_pages import post
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, stage_of

pytestmark = pytest.mark.django_db

COUNTS_FORMS = AGREEMENT.replace(
    "intent:\n",
    "intent:\n  - {name: Asked by form, event: Form Submitted,"
    " where: {form: guide, fields.when: this quarter}, points: 30}\n",
)


def test_a_stranger_becomes_an_mql_by_a_form(mark: User, mia: User, settings: Any) -> None:
    in_force(mark, mia, COUNTS_FORMS, at=NOON)
    told = document(
        fields=(*document().fields[:3],
                Field(name="role", label="Role", fact="title"),
                Field(name="when", label="When?", kind=FieldKind.CHOICE, fact="timeline",
                      choices=("This quarter", "Later"))),
        consents=(NEWS,), asset=asset(mark, "The guide", about=About(topic="Tides")).pk,
        delivery=Delivery.MAIL, is_confirmed_first=True, mail_subject="Your guide",
    )  # fmt: skip
    made = form(mark, told)
    said = {**ADA, "role": "Head of Sales", "when": "This quarter", "consent-0": "yes"}

    assert post(made, said).status_code == 302
    asked = Confirmation.objects.get()
    confirm = next(
        word for word in bytes(Outgoing.objects.get().body).decode().split() if "/confirm/" in word
    ).replace(settings.ADDRESS, "")
    assert stranger().get(confirm).status_code == 200
    assert not permitted([ada().pk], purpose=asked.purpose, at=clock.now())[ada().pk].may
    stranger().post(confirm)
    advance([ada().pk], at=clock.now())

    assert permitted([ada().pk], purpose=asked.purpose, at=clock.now())[ada().pk].may
    assert Outgoing.objects.filter(subject="Your guide").count() == 1
    token = links.content_token(Submission.objects.get().pk, days=1, at=clock.now())
    got = stranger().post(f"/forms/content/{token}/")
    assert got.headers["Location"] == "https://example.com/prices"
    assert stage_of(ada()) is Stage.MARKETING_QUALIFIED
    assert Handover.objects.get().assignee == mia
