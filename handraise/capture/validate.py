"""What a message must be: one definition, used at the door and again by the digest.

In: a decoded message and the call that carried it. Out: an Entry, or Refused with a sentence that
names the field. Nothing here reads the clock or the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import msgspec

from handraise.capture.decide import Refusal
from handraise.capture.instants import occurred_at
from handraise.capture.reading import Refused
from handraise.capture.robots import bot_named_by
from handraise.capture.storable import clean
from handraise.leads.entry import Entry, EntryKind, Json
from handraise.leads.facts import written

ID_CHARS = 255
MESSAGE_ID_CHARS = 100
NAME_CHARS = 200

_NOBODY = {
    "", "null", "(null)", "undefined", "none", "(none)", "nil", "nan", "n/a", "na", "-1", "0",
    "anonymous", "anon", "guest", "unknown", "not set", "(not set)", "false", "true",
    "[object object]",
}  # fmt: skip
_EMAIL = re.compile(
    r"[^\s@\"<>(),;:\\\[\]]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_PAGE = ("path", "url", "title", "referrer", "search")


@dataclass(frozen=True, slots=True)
class Call:
    """What a message inherits from the call that carried it.

    `kind` is the endpoint's (empty in a batch: then the message's `type` says). `known_at` is the
    instant of digesting. `agent` is the browser's header, used when the message names none.
    """

    source_id: int
    received_at: datetime
    known_at: datetime
    kind: str = ""
    sent_at: Any = None
    context: Any = None
    agent: str = ""
    is_public: bool = False  # the key is a website's
    is_at_the_door: bool = False  # what only the digest looks at (bot, fingerprint …) is left out


def entry(value: Any, call: Call, *, is_plain: bool = False) -> Entry:
    """The message as an Entry; raises Refused. `value` is ours: huge numbers may be replaced.

    `is_plain`: the bytes have shown that `value` needs no walk (see Item).
    """
    if isinstance(value, Refused):
        raise value
    if type(value) is not dict:
        raise Refused(Refusal.NOT_AN_OBJECT, f"A message must be a JSON object, not {_a(value)}.")
    if not is_plain:
        clean(value, 1)
    made = _KINDS.get(call.kind or _type_of(value))
    if made is None:
        raise Refused(
            Refusal.TYPE_UNKNOWN,
            f"type must be one of {', '.join(_KINDS)}, not {_said(value.get('type'))}.",
        )
    return made(value, _context(value, call), call)


def _type_of(value: dict[str, Any]) -> str:
    kind = value.get("type")
    return kind.strip().lower() if type(kind) is str else ""


def _a(value: object) -> str:
    """A JSON value's type, as a sentence says it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return (
        "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"
    )


def _said(value: object) -> str:
    return f"“{value[:40]}”" if isinstance(value, str) else _a(value)


# -- fields ------------------------------------------------------------------------------------


def _object(owner: dict[str, Any], name: str, said: str = "") -> dict[str, Any]:
    """The object under `name`, or an empty one. PHP clients write an empty object as `[]`."""
    value = owner.get(name)
    if type(value) is dict:
        return value
    if value is None or value == []:
        return {}
    raise Refused(Refusal.WRONG_TYPE, f"{said or name} must be an object, not {_a(value)}.")


def _context(value: dict[str, Any], call: Call) -> dict[str, Any]:
    own = _object(value, "context")
    if type(call.context) is dict and call.context:
        shared = call.context.copy()
        clean(shared, 1)
        return {**shared, **own}
    return own


def _id(value: Any, name: str) -> str | None:
    """A cleaned id, or None when it is missing or stands for nobody."""
    if value is None:
        return None
    if type(value) is str:
        text = value.strip()
    elif type(value) is int or (type(value) is float and value.is_integer()):
        text = str(int(value))
    else:
        raise Refused(
            Refusal.ID_INVALID, f"{name} must be text or a whole number, not {_a(value)}."
        )
    if len(text) > ID_CHARS:
        raise Refused(
            Refusal.ID_INVALID, f"{name} has {len(text)} characters; at most {ID_CHARS} are taken."
        )
    return None if is_nobody(text) else text


def is_nobody(text: str) -> bool:
    """Whether an id is one of those that programs write for want of one (`null`, zeros, …)."""
    return not text.strip("0-") or text.lower() in _NOBODY


def folded_email(value: object) -> str | None:
    """The address in lower case when it is plainly one (no check that it exists), else None."""
    if type(value) is not str or len(value) > 300:
        return None
    text = value.strip().removeprefix("mailto:").lower()
    return text if len(text) <= 254 and _EMAIL.fullmatch(text) else None


def _message_id(value: dict[str, Any]) -> str:
    """The sender's id, else a new one: such a message cannot be recognised when sent again."""
    given = value.get("messageId")
    if given is None or given == "":
        return uuid4().hex
    if type(given) is int:
        given = str(given)
    if type(given) is not str:
        raise Refused(Refusal.MESSAGE_ID_INVALID, f"messageId must be text, not {_a(given)}.")
    if len(given) > MESSAGE_ID_CHARS:
        raise Refused(
            Refusal.MESSAGE_ID_INVALID,
            f"messageId has {len(given)} characters; at most {MESSAGE_ID_CHARS} are taken.",
        )
    return given


def _name(value: dict[str, Any]) -> str:
    name = value.get("event")
    if name is None or (type(name) is str and not name.strip()):
        raise Refused(
            Refusal.NAME_MISSING, "event is missing: a track call must name what happened."
        )
    if type(name) is not str:
        raise Refused(Refusal.NAME_INVALID, f"event must be text, not {_a(name)}.")
    if len(name) > NAME_CHARS:
        raise Refused(
            Refusal.NAME_INVALID,
            f"event has {len(name)} characters; at most {NAME_CHARS} are taken.",
        )
    return name


# -- who ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Who:
    user_id: str | None
    email: str | None
    anonymous_id: str | None


def _who(value: dict[str, Any], traits: dict[str, Any]) -> _Who:
    """The identities. A user id that is an e-mail address is that e-mail and no id besides."""
    user_id = _id(value.get("userId"), "userId")
    anonymous_id = _id(value.get("anonymousId"), "anonymousId")
    email = folded_email(traits.get("email"))
    if user_id is not None and "@" in user_id and (told := folded_email(user_id)):
        user_id, email = None, email or told
    if user_id is None and email is None and anonymous_id is None:
        raise Refused(Refusal.NOBODY, _nobody(value))
    return _Who(user_id, email, anonymous_id)


def _nobody(value: dict[str, Any]) -> str:
    given = [
        f"{name} “{str(value[name])[:40]}”"
        for name in ("userId", "anonymousId")
        if value.get(name) is not None
    ]
    if not given:
        return "userId and anonymousId are missing, and there is no e-mail in traits.email."
    return f"{' and '.join(given)} identifies nobody, and there is no e-mail in traits.email."


def _traits(value: dict[str, Any], context: dict[str, Any]) -> dict[str, Json]:
    """What is said of the person: `context.traits`, overruled by `traits`."""
    behind = _object(context, "traits", "context.traits")
    own = _object(value, "traits")
    return {**behind, **own} if behind else dict(own)


def _settle_email(traits: dict[str, Json], who: _Who) -> None:
    """`traits.email` becomes the folded address; what is none is kept as `email_invalid`."""
    given = traits.pop("email", None)
    if who.email is not None:
        traits["email"] = who.email
    if given is not None and folded_email(given) is None and not is_nobody(str(given)):
        traits["email_invalid"] = given


def _add_campaign(traits: dict[str, Json], context: dict[str, Any]) -> dict[str, Json]:
    """The campaign of this call; its source and name become facts unless traits say others."""
    campaign: dict[str, Json] = _object(context, "campaign", "context.campaign")
    for fact, part in (("source", "source"), ("campaign", "name")):
        if campaign.get(part) and fact not in traits:
            traits[fact] = campaign[part]
    return campaign


# -- the six kinds -----------------------------------------------------------------------------


def _activity(
    name: str,
    properties: dict[str, Json],
    value: dict[str, Any],
    context: dict[str, Any],
    call: Call,
) -> Entry:
    traits = _traits(value, context)
    who = _who(value, traits)
    _settle_email(traits, who)
    campaign = _add_campaign(traits, context)
    if campaign and "campaign" not in properties:
        properties = {**properties, "campaign": campaign}
    return _entry(EntryKind.ACTIVITY, value, context, call, who, name=name,
                  properties=properties, traits=traits)  # fmt: skip


def _track(value: dict[str, Any], context: dict[str, Any], call: Call) -> Entry:
    return _activity(_name(value), _object(value, "properties"), value, context, call)


def _page(value: dict[str, Any], context: dict[str, Any], call: Call) -> Entry:
    properties = _view(value)
    around = _object(context, "page", "context.page")
    for field in _PAGE:
        if field in around and field not in properties:
            properties[field] = around[field]
    return _activity("page", properties, value, context, call)


def _screen(value: dict[str, Any], context: dict[str, Any], call: Call) -> Entry:
    return _activity("screen", _view(value), value, context, call)


def _view(value: dict[str, Any]) -> dict[str, Json]:
    """The properties of a page or screen, with its `name` and `category` among them."""
    properties = dict(_object(value, "properties"))
    for field in ("name", "category"):
        given = value.get(field)
        if given is not None and type(given) is not str:
            raise Refused(Refusal.WRONG_TYPE, f"{field} must be text, not {_a(given)}.")
        if given:
            properties.setdefault(field, given)
    return properties


def _identify(value: dict[str, Any], context: dict[str, Any], call: Call) -> Entry:
    traits = _traits(value, context)
    who = _who(value, traits)
    _settle_email(traits, who)
    _add_campaign(traits, context)
    return _entry(EntryKind.FACTS, value, context, call, who, traits=traits)


def _group(value: dict[str, Any], context: dict[str, Any], call: Call) -> Entry:
    """The traits of a group call are the company's; the person is known by the ids."""
    group_id = _id(value.get("groupId"), "groupId")
    if group_id is None:
        raise Refused(
            Refusal.ID_INVALID,
            "groupId is missing or names no company: a group call must name one.",
        )
    who = _who(value, _object(context, "traits", "context.traits"))
    traits = dict(_object(value, "traits"))
    return _entry(EntryKind.GROUP, value, context, call, who, traits=traits, group_id=group_id)


def _alias(value: dict[str, Any], context: dict[str, Any], call: Call) -> Entry:
    previous_id = _id(value.get("previousId"), "previousId")
    if previous_id is None:
        raise Refused(
            Refusal.NOBODY,
            "previousId is missing or identifies nobody: an alias call joins two ids.",
        )
    who = _who(value, {})
    return _entry(EntryKind.ALIAS, value, context, call, who,
                  previous_id=folded_email(previous_id) or previous_id)  # fmt: skip


_KINDS: dict[str, Callable[[dict[str, Any], dict[str, Any], Call], Entry]] = {
    "identify": _identify,
    "track": _track,
    "page": _page,
    "screen": _screen,
    "group": _group,
    "alias": _alias,
}


def _entry(
    kind: EntryKind,
    value: dict[str, Any],
    context: dict[str, Any],
    call: Call,
    who: _Who,
    *,
    name: str = "",
    properties: dict[str, Json] | None = None,
    traits: dict[str, Json] | None = None,
    previous_id: str | None = None,
    group_id: str | None = None,
) -> Entry:
    agent = context.get("userAgent") or call.agent
    return Entry(
        kind=kind,
        source_id=call.source_id,
        message_id=_message_id(value),
        occurred_at=occurred_at(value, sent_at=call.sent_at, received_at=call.received_at),
        known_at=call.known_at,
        user_id=who.user_id,
        email=who.email,
        anonymous_id=who.anonymous_id,
        previous_id=previous_id,
        group_id=group_id,
        name=name,
        properties=properties or {},
        traits=traits or {},
        is_public=call.is_public,
        bot=bot_named_by(agent) if type(agent) is str and not call.is_at_the_door else "",
        fingerprint=0 if call.is_at_the_door else _fingerprint(kind, value),
        written=written(properties) if properties and not call.is_at_the_door else None,
    )


_COMPARED = (
    "userId", "anonymousId", "previousId", "groupId", "event", "name", "category", "properties",
    "traits", "timestamp", "originalTimestamp",
)  # fmt: skip
_sorted = msgspec.json.Encoder(order="deterministic")


def _fingerprint(kind: str, value: dict[str, Any]) -> int:
    """64 bits of what the message says. Not of `sentAt` or `context`, which a retry may change."""
    said = _sorted.encode([kind, *[value.get(field) for field in _COMPARED]])
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)
