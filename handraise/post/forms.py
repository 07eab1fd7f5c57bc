"""What people fill in. Forms check shape; actions check sense and refuse with sentences."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms

from handraise.post.decide import LONGEST_PLACE, LONGEST_SUBJECT, LONGEST_WORD, Security
from handraise.post.letters import LONGEST_LETTER
from handraise.post.meetings import Plan
from handraise.post.models import Meeting, TeamServer
from handraise.post.naming_servers import LARGEST_PORT, Naming
from handraise.team.models import User
from handraise.team.queries import working_people

SHAPE = "%Y-%m-%dT%H:%M"
LENGTHS = ((15, "15 minutes"), (30, "30 minutes"), (45, "45 minutes"), (60, "1 hour"),
           (90, "1½ hours"), (120, "2 hours"), (180, "3 hours"), (240, "4 hours"),
           (480, "8 hours"))  # fmt: skip


def zones() -> list[tuple[str, str]]:
    """Every time zone that has a place for its name."""
    places = (zone for zone in sorted(available_timezones()) if "/" in zone)
    kept = (zone for zone in places if not zone.startswith(("Etc/", "SystemV/", "posix/")))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in kept)]


class LetterForm(forms.Form):
    """A mail to one lead."""

    subject = forms.CharField(max_length=LONGEST_SUBJECT, label="About")
    text = forms.CharField(
        max_length=LONGEST_LETTER, label="Mail", strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
    )  # fmt: skip


class LocalTime(forms.Field):
    """A day and time as clocks show it somewhere; which zone, another field says."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=SHAPE)

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            raise forms.ValidationError("Write a day and a time.") from None
        return found.replace(tzinfo=None)


class MeetingForm(forms.Form):
    """A meeting with a lead."""

    subject = forms.CharField(max_length=LONGEST_SUBJECT, label="About")
    local = LocalTime(label="Begins")
    minutes = forms.TypedChoiceField(label="Lasts", coerce=int, choices=LENGTHS, initial=30)
    zone = forms.ChoiceField(
        label="Time zone", choices=zones, help_text="Whose clock the time is meant by."
    )
    place = forms.CharField(
        max_length=LONGEST_PLACE, required=False, label="Place or link",
        help_text="An address, a room, or the link of a call.",
    )  # fmt: skip
    colleagues = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, label="Colleagues who join",
        help_text="Several with Ctrl or Cmd.",
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )  # fmt: skip
    message = forms.CharField(
        max_length=LONGEST_WORD, required=False, label="A word with the invitation",
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, organiser: User, meeting: Meeting | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        kwargs["initial"] = _said(meeting) if meeting else {"zone": organiser.zone, "minutes": 30}
        super().__init__(*args, **kwargs)
        others = working_people().exclude(pk=organiser.pk)
        self.fields["colleagues"].queryset = others  # type: ignore[attr-defined]
        length = self.initial["minutes"]
        if length not in dict(LENGTHS):  # booked by another way
            self.fields["minutes"].choices = [*LENGTHS, (length, f"{length} minutes")]  # type: ignore[attr-defined]

    def plan(self) -> Plan:
        given = self.cleaned_data
        return Plan(**{**given, "colleagues": list(given["colleagues"])})


def _said(meeting: Meeting) -> dict[str, Any]:
    minutes = (meeting.ends_at - meeting.starts_at).total_seconds() // 60
    return {
        "subject": meeting.subject,
        "local": meeting.starts_at.astimezone(ZoneInfo(meeting.zone)).strftime(SHAPE),
        "minutes": int(minutes),
        "zone": meeting.zone,
        "place": meeting.place,
        "message": meeting.message,
        "colleagues": list(meeting.colleagues.values_list("pk", flat=True)),
    }


_SECURITIES = {
    Security.STARTTLS: "STARTTLS (usually port 587)",
    Security.TLS: "TLS from the start (usually port 465)",
    Security.IF_OFFERED: "Encrypted if the server offers it",
    Security.PLAIN: "Not encrypted",
}


class ServerForm(forms.Form):
    """The address and the server of one team."""

    mail_from = forms.EmailField(
        max_length=254, required=False, label="From address",
        help_text="Empty: the address of the house. The name is that of who writes.",
    )  # fmt: skip
    host = forms.CharField(
        max_length=253, required=False, label="Mail server", help_text="Empty: that of the house."
    )
    port = forms.IntegerField(min_value=1, max_value=LARGEST_PORT, initial=587)
    security = forms.ChoiceField(
        label="Encryption", choices=[(one.value, said) for one, said in _SECURITIES.items()]
    )
    user = forms.CharField(max_length=254, required=False, label="User name")
    password = forms.CharField(
        max_length=500, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Kept encrypted. Empty: as it was, unless server or user name change.",
    )  # fmt: skip

    def naming(self) -> Naming:
        return Naming(**self.cleaned_data)


def server_form(known: TeamServer | None, given: Any = None) -> ServerForm:
    """The form with what is known filled in, but for the password."""
    names = ("mail_from", "host", "port", "security", "user")
    return ServerForm(
        given, initial={name: getattr(known, name) for name in names} if known else None
    )
