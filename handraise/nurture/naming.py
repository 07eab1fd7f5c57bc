"""What messages and purposes are called, which a journey names by their codes."""

from __future__ import annotations

from handraise.consent.models import Purpose, Topic
from handraise.messaging.models import Message
from handraise.nurture.step_words import Names


def names() -> Names:
    """The names of all messages, purposes and topics, also of those that are out of use."""
    topics = Topic.objects.values_list("purpose__code", "code", "name")
    return Names(
        dict(Message.objects.values_list("code", "name")),
        dict(Purpose.objects.values_list("code", "name")),
        {(purpose, code): name for purpose, code, name in topics},
    )


__all__ = ["names"]
