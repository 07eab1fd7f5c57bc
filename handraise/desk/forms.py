"""What people fill in. Forms check shape; actions check sense and refuse with sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from handraise.agreement.document import Document
from handraise.desk.working_time_forms import zones
from handraise.leads.decide import TOUCHES, Stage
from handraise.leads.entry import Json
from handraise.leads.models import Fact
from handraise.team import actions
from handraise.team.decide import Role
from handraise.team.models import Team
from handraise.ui.widgets import QuickInstant, QuickSelect, QuickTextarea


class _FactsForm(forms.Form):
    """Fields that are facts; what is left empty says nothing."""

    def facts(self) -> dict[str, Any]:
        """The facts that were filled in, by name."""
        return {
            name.replace("__", "."): given
            for name, given in self.cleaned_data.items()
            if given not in ("", None)
        }


class NewLeadForm(_FactsForm):
    """Somebody new. An e-mail address or a phone number is how we know them again."""

    name = forms.CharField(max_length=255, required=False)
    email = forms.EmailField(max_length=254, required=False, label="E-mail")
    phone = forms.CharField(max_length=60, required=False)
    title = forms.CharField(max_length=255, required=False, label="Job title")
    company__name = forms.CharField(max_length=255, required=False, label="Company")
    country = forms.CharField(max_length=255, required=False)
    source = forms.CharField(
        max_length=255, required=False, label="Came from", help_text="A fair, a call, a friend."
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.get(name) for name in ("name", "email", "phone")):
            raise forms.ValidationError("Write at least a name, an e-mail address or a number.")
        return given


class PersonForm(forms.Form):
    """What somebody may do, and their share of the leads of their team."""

    name = forms.CharField(max_length=120)
    role = forms.ChoiceField(choices=[(role.value, role.label) for role in Role])
    team = forms.ModelChoiceField(Team.objects.order_by("name"), required=False)
    is_manager = forms.BooleanField(
        required=False, label="Manages the team", help_text="Sees the team’s inbox, may override."
    )
    weight = forms.IntegerField(
        min_value=0, max_value=100, initial=1, label="Share of leads",
        help_text="2 takes twice as many as 1; 0 takes no new ones.",
    )  # fmt: skip
    capacity = forms.IntegerField(
        min_value=1, max_value=actions.MOST_IN_HAND, required=False, label="Leads in hand at most",
        help_text="Offers not yet answered and accepted leads together. Empty: no limit.",
    )  # fmt: skip


class PasswordForm(forms.Form):
    """A password to begin with."""

    password = forms.CharField(
        max_length=200,
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least eight characters, not a common one. They change it under their name.",
    )

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"]
        validate_password(given)
        return given


class NewPersonForm(PasswordForm):
    """Somebody new, with a password to begin with."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(max_length=254, label="E-mail")
    role = forms.ChoiceField(choices=[(role.value, role.label) for role in Role])
    team = forms.ModelChoiceField(Team.objects.order_by("name"), required=False)
    is_manager = forms.BooleanField(required=False, label="Manages the team")
    field_order = ("name", "email", "role", "team", "is_manager", "password")


class TeamForm(forms.Form):
    """A team takes leads from one queue."""

    name = forms.CharField(max_length=80)
    zone = forms.ChoiceField(label="Time zone", choices=zones, initial="UTC", required=False)

    def clean_zone(self) -> str:
        return self.cleaned_data["zone"] or "UTC"


def loggable(document: Document | None) -> list[tuple[str, str]]:
    """What can be logged by hand: what we did, and every event that the agreement reads."""
    theirs: dict[str, str] = {}
    for signal in (*document.intent, *document.interest) if document is not None else ():
        theirs.setdefault(signal.event, signal.name)
    theirs.pop("page", None)
    return [*TOUCHES.items(), *theirs.items()]


class LogForm(forms.Form):
    """Something that happened away from the website."""

    name = forms.ChoiceField(label="What happened", widget=QuickSelect)
    occurred_at = forms.DateTimeField(
        required=False,
        label="When",
        help_text="Empty: just now.",
        widget=QuickInstant(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(
        required=False, max_length=4000, label="What was said", widget=QuickTextarea
    )

    def __init__(self, *args: Any, document: Document | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = loggable(document)  # type: ignore[attr-defined]

    def properties(self) -> dict[str, Any]:
        note = self.cleaned_data["note"].strip()
        return {"note": note} if note else {}

    def sentence(self) -> str:
        """What is wrong with it, in one line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class MoveForm(forms.Form):
    """Where a lead goes by hand, and why."""

    to = forms.ChoiceField(
        label="Where to", choices=[(stage.value, stage.label) for stage in Stage]
    )
    reason = forms.CharField(required=False, max_length=4000, widget=forms.Textarea)
    wakes_at = forms.DateTimeField(
        required=False,
        label="Wake up on",
        widget=forms.DateTimeInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    plan = forms.CharField(required=False, max_length=120)
    override = forms.BooleanField(required=False, label="Pass over the criteria")


class LeadForm(_FactsForm):
    """The facts that people write most, and one more of any name."""

    name = forms.CharField(max_length=255, required=False)
    title = forms.CharField(max_length=255, required=False, label="Job title")
    email = forms.EmailField(max_length=254, required=False, label="E-mail")
    phone = forms.CharField(max_length=60, required=False)
    city = forms.CharField(max_length=255, required=False)
    country = forms.CharField(max_length=255, required=False)
    more_name = forms.RegexField(
        r"^[A-Za-z_][A-Za-z0-9_. ]*$", max_length=120, required=False, label="Another fact",
        help_text="Its name, such as budget.",
    )  # fmt: skip
    more_value = forms.CharField(
        max_length=2000, required=False, label="Its value",
        help_text="Numbers and yes or no are read as such.",
    )  # fmt: skip

    def changed_facts(self) -> dict[str, Any]:
        """Only what differs from what was known; a cleared field is known to be empty."""
        given = self.cleaned_data
        changed = {
            name: given[name] or None for name in self.changed_data if not name.startswith("more_")
        }
        if given["more_name"]:
            changed[given["more_name"].strip()] = _typed(given["more_value"])
        return changed


class CompanyForm(_FactsForm):
    """The facts of a company that signals read."""

    name = forms.CharField(max_length=255, required=False)
    industry = forms.CharField(max_length=255, required=False)
    employees = forms.FloatField(required=False, min_value=0)
    country = forms.CharField(max_length=255, required=False)

    def changed_facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            name: None if given[name] in ("", None) else given[name] for name in self.changed_data
        }


def lead_form(known: Sequence[Fact], given: Any = None) -> LeadForm:
    """The form with what is known filled in."""
    return LeadForm(given, initial={fact.name: fact.value for fact in known})


def _typed(text: str) -> Json:
    plain = text.strip()
    if plain.lower() in {"yes", "true"}:
        return True
    if plain.lower() in {"no", "false"}:
        return False
    try:
        number = float(plain)
    except ValueError:
        return plain or None
    return number if math.isfinite(number) else plain
