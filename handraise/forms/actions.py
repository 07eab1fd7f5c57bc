"""Verbs of those who make forms: begin, keep, publish, close, let a caught submission through."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from handraise.consent.queries import purposes
from handraise.enablement.models import Asset
from handraise.forms import taking
from handraise.forms.checking import Fault, faults
from handraise.forms.decide import CODE, LONGEST_NAME, RESERVED, Refused, State
from handraise.forms.document import Document, begun
from handraise.forms.models import Form, FormVersion, Submission
from handraise.leads import journal
from handraise.leads.decide import SourceKind, Via
from handraise.leads.entry import Json
from handraise.leads.models import Source
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


class Overtaken(Refused):
    """A colleague kept it since; `revision` is the one that holds."""

    def __init__(self, said: str, revision: int) -> None:
        super().__init__(said)
        self.revision = revision


class Faulty(Refused):
    """It cannot be published, or not even kept; with every fault and its place."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(found[0].said)
        self.faults = found


@transaction.atomic
def begin(*, name: str, code: str, by: User, at: datetime, via: Via) -> Form:
    """A form to be written, with three questions. Raises Refused, PermissionDenied."""
    require(by, Permission.NURTURE)
    called, short = _name(name), code.strip().lower()
    if not CODE.fullmatch(short) or short in RESERVED:
        said = "Small letters, figures and dashes, beginning with a letter: guide-2026."
        raise Refused(f"The address cannot be {short[:60]!r}. {said}")
    source = Source.objects.create(name=f"Form {called}"[:120], kind=SourceKind.FORM, created_at=at)
    form = Form(
        code=short, name=called, source=source, draft=begun(called).model_dump(mode="json"),
        created_at=at, changed_at=at, changed_by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        raise Refused(f"There is a form at /forms/{short}/ already.") from None
    _tell("forms.begun", form, f"{by} began the form “{form}”.", by=by, at=at, via=via)
    return form


@transaction.atomic
def keep(
    form: Form, document: Document, *, name: str, seen: int | None, by: User, at: datetime, via: Via
) -> Form:
    """Keep what was written, with its faults: strangers go on seeing the published version.

    Raises PermissionDenied, Refused, Faulty for what cannot be stored, Overtaken.
    """
    require(by, Permission.NURTURE)
    held = _held(form, seen)
    grave = [fault for fault in faults_of(document) if fault.is_grave]
    if grave:
        raise Faulty(grave)
    draft = document.model_dump(mode="json")
    called = _name(name)
    if (draft, called) != (held.draft, held.name):
        held.draft, held.name = draft, called
        held.revision, held.changed_at, held.changed_by = held.revision + 1, at, by
        held.save()
        Source.objects.filter(pk=held.source_id).update(name=f"Form {called}"[:120])
        _tell("forms.changed", held, f"{by} changed the form “{held}”.", by=by, at=at, via=via)
    return held


@transaction.atomic
def publish(
    form: Form, document: Document, *, name: str, seen: int | None, by: User, at: datetime, via: Via
) -> FormVersion:
    """Keep it, and show it to everybody from now on. A draft like the version shown makes none.

    Raises as `keep`, and Faulty while anything is wrong with it.
    """
    wrong = faults_of(document)
    if wrong:
        require(by, Permission.NURTURE)
        raise Faulty(wrong)
    held = keep(form, document, name=name, seen=seen, by=by, at=at, via=via)
    if held.published is not None and held.published.text == held.draft:
        return held.published
    number = 1 + held.versions.count()
    version = FormVersion.objects.create(
        form=held, number=number, text=held.draft, asset_id=document.asset, at=at, by=by
    )
    held.published = version
    held.save(update_fields=["published"])
    said = f"{by} published the form “{held}”, version {number}."
    _tell("forms.published", held, said, by=by, at=at, via=via, version=number)
    return version


@transaction.atomic
def close(form: Form, *, by: User, at: datetime, via: Via) -> Form:
    """Take nothing more. Raises Refused for one that is closed, PermissionDenied."""
    require(by, Permission.NURTURE)
    held = _held(form, None, is_seen=True)
    if held.closed_at is not None:
        raise Refused("This form is closed already.")
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    _tell("forms.closed", held, f"{by} closed the form “{held}”.", by=by, at=at, via=via)
    return held


@transaction.atomic
def reopen(form: Form, *, by: User, at: datetime, via: Via) -> Form:
    """Take submissions again. Raises Refused for one that is open, PermissionDenied."""
    require(by, Permission.NURTURE)
    held = _held(form, None, is_seen=True)
    if held.closed_at is None:
        raise Refused("This form is open already.")
    held.closed_at = None
    held.save(update_fields=["closed_at"])
    _tell("forms.reopened", held, f"{by} opened the form “{held}” again.", by=by, at=at, via=via)
    return held


def release(submission: Submission, *, by: User, at: datetime, via: Via) -> Submission:
    """This was a person: record what was taken for a machine's, or could not be recorded.

    Raises Refused for what was taken or waits, PermissionDenied.
    """
    require(by, Permission.NURTURE)
    with transaction.atomic():
        rows = Submission.objects.select_for_update(of=("self",)).select_related("form")
        held = rows.get(pk=submission.pk)
        if held.state not in {State.SPAM, State.FAILED}:
            raise Refused("This submission was taken already, or is about to be.")
        held.state, held.attempts = State.WAITING, 0
        held.released_at, held.released_by = at, by
        held.save(update_fields=["state", "attempts", "released_at", "released_by"])
        said = f"{by} let a submission of the form “{held.form}” through: this was a person."
        _tell("forms.released", held.form, said, by=by, at=at, via=via, submission=held.pk)
    return taking.take(held, at=at)


def faults_of(document: Document) -> list[Fault]:
    """What is wrong with a form, measured by the purposes and the content in use."""
    codes = {purpose.code for purpose in purposes()}
    named = [] if document.asset is None else [document.asset]
    assets = Asset.objects.filter(pk__in=named, retired_at=None).values_list("pk", flat=True)
    return faults(document, purposes=codes, assets=set(assets))


def _held(form: Form, seen: int | None, *, is_seen: bool = False) -> Form:
    """The form as it is now, locked. Raises Overtaken if it is not the one `seen`."""
    rows = Form.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("changed_by", "published").get(pk=form.pk)
    if not is_seen and seen != held.revision:
        at = f"{held.changed_at:%-d %B, %H:%M} UTC"
        said = f"{held.changed_by} has changed this form since, on {at}."
        raise Overtaken(said, held.revision)
    return held


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or "\0" in called:
        raise Refused(f"A form needs a name of at most {LONGEST_NAME} characters.")
    return called


def _tell(
    kind: str, form: Form, said: str, *, by: User, at: datetime, via: Via, **told: Json
) -> None:
    data: dict[str, Json] = {"form": form.pk, "code": form.code, **told}
    journal.write(kind, at=at, via=via, by=by, said=said, data=data)


__all__ = [
    "Faulty", "Overtaken", "Refused", "begin", "close", "faults_of", "keep", "publish", "release",
    "reopen",
]  # fmt: skip
