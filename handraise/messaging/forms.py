"""What people fill in. Forms check shape; actions check sense and refuse with sentences."""

from __future__ import annotations

from typing import Any

from django import forms

from handraise.consent.queries import purposes
from handraise.messaging.actions import LONGEST_NAME, Settings
from handraise.messaging.decide import LONGEST_SUBJECT, SenderKind
from handraise.messaging.models import House, Message
from handraise.messaging.rendering import Words
from handraise.messaging.starting import blank, starts
from handraise.team.models import Team

BLANK = "blank"
_LONG = 1_000_000  # more is refused with a sentence by the action


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


def _code_area(rows: int) -> forms.Textarea:
    return forms.Textarea(
        attrs={"rows": rows, "class": "code", "spellcheck": "false", "wrap": "off"}
    )


class WordsForm(_Form):
    """A draft as it is typed. `seen` is what the fields were filled from."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(max_length=LONGEST_SUBJECT, required=False)
    preheader = forms.CharField(
        max_length=300, required=False,
        help_text="What inboxes show after the subject.",
    )  # fmt: skip
    mjml = forms.CharField(
        label="Message", strip=False, required=False, max_length=_LONG, widget=_code_area(26)
    )
    text = forms.CharField(
        label="Plain text", strip=False, required=False, max_length=_LONG, widget=_code_area(6),
        help_text="For those who read without HTML. Empty: made from the message.",
    )  # fmt: skip

    def words(self) -> Words:
        """What is written, whether the form is valid or not."""
        told = {
            name: str(self.data.get(name, "")) for name in ("subject", "preheader", "mjml", "text")
        }
        lined = {name: said.replace("\r\n", "\n").replace("\0", "") for name, said in told.items()}
        return Words(**lined)


class NewMessageForm(_Form):
    """A new message: what to begin from, what it is called."""

    name = forms.CharField(max_length=LONGEST_NAME)
    code = forms.CharField(
        max_length=60,
        help_text="What journeys and forms call it: guide-welcome. It stays as it is.",
    )  # fmt: skip
    purpose = forms.ChoiceField(
        required=False, label="What it is for",
        help_text="Marketing needs a purpose: it goes only to those who agreed to it.",
    )  # fmt: skip
    start = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = _purposes("")  # type: ignore[attr-defined]
        known = [(BLANK, "Blank"), *((one.code, one.name) for one in starts().values())]
        self.fields["start"].choices = known  # type: ignore[attr-defined]

    @staticmethod
    def filled(start: str) -> dict[str, str]:
        """The fields for a message begun from this one, so far as it suits."""
        found = starts().get(start)
        if found is None:
            return {"start": BLANK}
        known = {value for value, _ in _purposes("")}
        purpose = found.purpose if found.purpose in known else ""
        return {"start": start, "name": found.name, "code": start, "purpose": purpose}

    def words(self) -> Words:
        found = starts().get(self.cleaned_data["start"])
        return found.words if found else blank()

    def settings(self) -> Settings:
        purpose, _, topic = self.cleaned_data["purpose"].partition("/")
        return Settings(self.cleaned_data["name"], purpose, topic)


class SettingsForm(_Form):
    """What is settled about a message beside its words."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=LONGEST_NAME)
    purpose = forms.ChoiceField(
        required=False, label="What it is for",
        help_text="Marketing needs a purpose: it goes only to those who agreed to it.",
    )  # fmt: skip
    sender = forms.ChoiceField(
        label="From", choices=[(kind.value, kind.label) for kind in SenderKind],
        help_text="An owner’s name stands above the address of the team; answers go to the owner.",
    )  # fmt: skip
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), required=False, empty_label="the house",
        help_text="Whose mail server and address it leaves by.",
    )  # fmt: skip
    utm_source = forms.CharField(max_length=80, required=False, label="utm_source")
    utm_medium = forms.CharField(max_length=80, required=False, label="utm_medium")
    utm_campaign = forms.CharField(max_length=80, required=False, label="utm_campaign")
    tracks_opens = forms.BooleanField(
        required=False, label="Notice openings by an invisible picture",
        help_text="Off: clicks say more, and many machines open mails that nobody reads.",
    )  # fmt: skip

    def __init__(self, *args: Any, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = _purposes(_joined(message))  # type: ignore[attr-defined]

    @staticmethod
    def filled(message: Message) -> dict[str, Any]:
        names = ("seen", "name", "sender", "team", "utm_source", "utm_medium", "utm_campaign",
                 "tracks_opens")  # fmt: skip
        return {"purpose": _joined(message), **{name: getattr(message, name) for name in names}}

    def settings(self) -> Settings:
        told = dict(self.cleaned_data)
        told.pop("seen")
        purpose, _, topic = told.pop("purpose").partition("/")
        sender = SenderKind(told.pop("sender"))
        return Settings(purpose=purpose, topic=topic, sender=sender, **told)


class HouseForm(_Form):
    """Who writes."""

    name = forms.CharField(
        max_length=120, label="Name", help_text="Of the company, as people know it."
    )
    address = forms.CharField(
        max_length=300, label="Postal address", widget=forms.Textarea(attrs={"rows": 4})
    )

    @staticmethod
    def filled() -> dict[str, str]:
        house = House.objects.first() or House()
        return {"name": house.name, "address": house.address}


def _joined(message: Message) -> str:
    return f"{message.purpose}/{message.topic}" if message.topic else message.purpose


def _purposes(kept: str) -> list[tuple[str, str]]:
    """What a message can be for: nothing, a purpose, or a topic of one; and what it is for now."""
    found = [("", "What they asked for: no marketing")]
    for purpose in purposes():
        found.append((purpose.code, str(purpose)))
        found += [(f"{purpose.code}/{topic.code}", f"{purpose}: {topic}")
                  for topic in purpose.topics.all()]  # fmt: skip
    return found if kept in dict(found) else [*found, (kept, f"{kept} (no longer in use)")]


__all__ = ["HouseForm", "NewMessageForm", "SettingsForm", "WordsForm"]
