"""What a journey names that stands elsewhere: messages, teams, lists of leads."""

from __future__ import annotations

from collections.abc import Iterator

from handraise.agreement import plain_yaml
from handraise.agreement import queries as agreements
from handraise.agreement.faults import AgreementError, Fault, Place, nearest
from handraise.agreement.reading import fault_at
from handraise.lists.models import SavedList
from handraise.messaging.models import Message
from handraise.nurture.document import JourneyDocument, Step
from handraise.nurture.reading import condition_faults, placed, read_anew
from handraise.team.models import Team


def faults(text: str) -> list[Fault]:
    """All that keeps a text from being published, each with its line; none where it can be."""
    try:
        document = read_anew(text)
    except AgreementError as error:
        return list(error.faults)
    agreed = agreements.published()
    found = condition_faults(text, agreed=None if agreed is None else agreed.document)
    tree = plain_yaml.load(text)
    named = [fault_at(tree, place, said) for place, said in _unknown(document)]
    return sorted([*found, *named])


def _unknown(document: JourneyDocument) -> Iterator[tuple[Place, str]]:
    messages = {one.code: one for one in Message.objects.filter(retired_at=None)}
    teams = set(Team.objects.values_list("name", flat=True))
    for place, step in placed(document):
        if step.send is not None:
            yield from _message(step.send.message, document, messages, (*place, "send", "message"))
        if step.wait is not None and step.wait.of and step.wait.of not in teams:
            near = nearest(step.wait.of, teams)
            yield (*place, "wait", "of"), f"There is no team '{step.wait.of}'.{near}"
    wanted = document.enter.list
    lists = set(SavedList.objects.filter(is_shared=True).values_list("name", flat=True))
    if wanted and wanted not in lists:
        near = nearest(wanted, lists)
        yield ("enter", "list"), f"There is no shared list '{wanted}'.{near}"


def _message(
    code: str, document: JourneyDocument, messages: dict[str, Message], place: Place
) -> Iterator[tuple[Place, str]]:
    found = messages.get(code)
    if found is None:
        yield place, f"There is no message '{code}'.{nearest(code, messages)}"
    elif found.published_id is None:
        yield place, f"The message '{code}' is not published yet."
    elif found.purpose and found.purpose != document.purpose:
        said = document.purpose or "what people asked for"
        yield (
            place,
            (f"The message '{code}' is sent for '{found.purpose}', this journey is for '{said}'."),
        )


def messages_of(steps: Iterator[tuple[Place, Step]]) -> list[str]:
    """The codes of the messages that steps send, each once."""
    return list(dict.fromkeys(step.send.message for _, step in steps if step.send is not None))


__all__ = ["faults", "messages_of"]
