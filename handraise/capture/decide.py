"""Closed lists of capture: why a message was refused or dropped."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why an item was not taken; each has a sentence for its sender (docs/steps/capture.md)."""

    NOT_AN_OBJECT = "not_an_object"
    TYPE_UNKNOWN = "type_unknown"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOBODY = "nobody"  # no user id, anonymous id or e-mail that identifies anybody
    ID_INVALID = "id_invalid"
    MESSAGE_ID_INVALID = "message_id_invalid"
    NAME_MISSING = "name_missing"
    NAME_INVALID = "name_invalid"
    WRONG_TYPE = "wrong_type"  # a field of the wrong JSON type
    TIMESTAMP_INVALID = "timestamp_invalid"
    TIMESTAMP_ABSURD = "timestamp_absurd"
    TEXT_INVALID = "text_invalid"  # NUL or lone surrogate
    DUPLICATE = "duplicate"  # this message id was already used for another message
    UNDIGESTIBLE = "undigestible"  # passed the door, failed inside; kept for replay


class ImportKind(StrEnum):
    LEADS = "leads"
    ACTIVITIES = "activities"
    OUTCOMES = "outcomes"


class ImportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
