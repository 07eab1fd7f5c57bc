"""Who may be written to for a purpose, and why not; how addresses are compared. No Django."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from handraise.kit.fold import fold
from handraise.post.decide import LONGEST_ADDRESS, address, spec_of
from handraise.team.decide import Refused as Refused


class Basis(StrEnum):
    """On which ground of law mails of a purpose rest."""

    CONSENT = "consent"
    LEGITIMATE_INTEREST = "legitimate_interest"
    CONTRACT = "contract"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()

    @property
    def says(self) -> str:
        return _BASES[self]


_BASES = {
    Basis.CONSENT: "Only those who agreed are written to.",
    Basis.LEGITIMATE_INTEREST: "Everybody is written to who has not objected.",
    Basis.CONTRACT: "Part of what was agreed by contract; stops only where somebody objected.",
}


class How(StrEnum):
    """By which way consent was given or withdrawn."""

    FORM = "form"
    LINK = "link"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"
    HAND = "hand"
    IMPORT = "import"
    API = "api"

    @property
    def label(self) -> str:
        return _HOWS[self]


_HOWS = {
    How.FORM: "on a form",
    How.LINK: "by the link of the confirming mail",
    How.PREFERENCES: "on the preference page",
    How.UNSUBSCRIBE: "by unsubscribing",
    How.COMPLAINT: "by a complaint",
    How.HAND: "told to a colleague",
    How.IMPORT: "by an import",
    How.API: "by another system",
}
# What people say themselves, from an address that somebody else may have typed.
_UNVOUCHED = frozenset({How.FORM, How.LINK, How.PREFERENCES})


class Kind(StrEnum):
    """Why an address or a domain must not be written to."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    HAND = "by_hand"
    DOMAIN = "domain"
    IMPORTED = "imported"

    @property
    def label(self) -> str:
        return _KINDS[self]


_KINDS = {
    Kind.BOUNCE: "Bounced",
    Kind.COMPLAINT: "Complained",
    Kind.HAND: "By hand",
    Kind.DOMAIN: "Whole domain",
    Kind.IMPORTED: "Imported",
}

LONGEST_CODE = 60
LONGEST_NAME = 120
LONGEST_WORDS = 4000
LONGEST_WHY = 500
MOST_PURPOSES = 40
MOST_TOPICS = 60
CONFIRM_WITHIN = timedelta(days=7)
ASKED_AGAIN_AFTER = timedelta(minutes=10)  # a form sent twice is one mail
MOST_ASKED_A_DAY = 5  # to one address: nobody is flooded by strangers with a form


@dataclass(frozen=True, slots=True)
class Rule:
    """A purpose, and the topic if one was asked for, as far as they decide."""

    code: str
    name: str
    basis: Basis
    needs_confirmation: bool = False
    topic: str = ""
    topic_name: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one lead said of a purpose. `is_given` None: nothing. `topics` None: all of them.

    `email` is where mails go now, `address` where consent came from; `is_confirmed` that `email`
    itself was confirmed, `is_asked` that a confirmation is outstanding; `left_all` that they
    wanted nothing more at all.
    """

    is_given: bool | None = None
    how: How | None = None
    address: str = ""
    email: str = ""
    is_confirmed: bool = False
    is_asked: bool = False
    topics: Collection[str] | None = None
    left_all: bool = False


@dataclass(frozen=True, slots=True)
class Permitted:
    """Whether a lead may be written to; `why` is a sentence when it may not."""

    may: bool
    why: str = ""


def permission(rule: Rule, said: Said) -> Permitted:
    """Whether this lead may be written to for this purpose. A withdrawal holds on every basis."""
    why = _against(rule, said)
    return Permitted(not why, why)


def _against(rule: Rule, said: Said) -> str:
    if said.is_given is False:
        verb = "withdrew consent to" if rule.basis is Basis.CONSENT else "objected to"
        return f"They {verb} {rule.name}."
    if said.is_given is None and rule.basis is Basis.CONSENT:
        if said.is_asked:
            return f"They have not yet confirmed their address for {rule.name}."
        return f"They never agreed to {rule.name}."
    if said.is_given is None and said.left_all and rule.basis is Basis.LEGITIMATE_INTEREST:
        return "They asked for none of our mails."
    if rule.needs_confirmation and not _is_proven(said):
        return f"They agreed to {rule.name}, and their present address is not confirmed."
    if rule.topic and said.topics is not None and rule.topic not in said.topics:
        return f"They did not choose the topic {rule.topic_name} of {rule.name}."
    return ""


def _is_proven(said: Said) -> bool:
    """Whether the address is theirs: confirmed by its mailbox, or vouched for by a colleague."""
    if said.is_given is None or said.how not in _UNVOUCHED or said.is_confirmed:
        return True
    return said.how is not How.FORM and bool(said.email) and said.email == said.address


# Addresses and codes

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LABELS = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
_DOMAIN = re.compile(_LABELS)
# Nearly every address; the rest is read by the rules of mail, which takes twenty times as long.
_PLAIN = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" + _LABELS)


def folded(text: str) -> str:
    """An address as it is compared: lower case, its domain in ASCII; what is none, lower case."""
    plain = text.strip().lower()
    if _PLAIN.fullmatch(plain):
        return plain
    try:
        return spec_of(address(plain)).lower()
    except Refused:
        return plain


def barred(text: str) -> str:
    """An address or a domain (`rival.example`, `@rival.example`) to suppress, as compared.

    Raises Refused for what is neither.
    """
    plain = text.strip().lower()
    if _CONTROL.search(plain):
        raise Refused("An address has no control characters.")
    if len(plain) <= LONGEST_ADDRESS and _PLAIN.fullmatch(plain):
        return plain
    local, at, _ = plain.rpartition("@")
    if at and local:
        return spec_of(address(plain)).lower()
    return _domain(plain.removeprefix("@"))


def _domain(plain: str) -> str:
    try:
        host = plain.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not _DOMAIN.fullmatch(host) or len(host) > 253 or host.rpartition(".")[2].isdecimal():
        raise Refused(f"{plain[:100]!r} is neither an e-mail address nor a domain.")
    return host


def domains_of(spec: str) -> list[str]:
    """The domain of an address and every one above it that has a dot: what may bar it."""
    labels = spec.rpartition("@")[2].split(".")
    return [".".join(labels[place:]) for place in range(len(labels) - 1)]


def code_for(text: str) -> str:
    """A name or code as it is compared and stored. Raises Refused."""
    code = fold(text)
    if not code or len(code) > LONGEST_CODE or _CONTROL.search(code):
        raise Refused(f"A code has one to {LONGEST_CODE} characters.")
    return code


def masked(spec: str) -> str:
    """An address as it may be shown to whoever holds a link: `a…@engines.example`."""
    local, at, domain = spec.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if local else ""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A purpose that a new installation begins with."""

    code: str
    name: str
    explained: str
    wording: str
    basis: Basis = Basis.CONSENT
    needs_confirmation: bool = True
    topics: tuple[tuple[str, str], ...] = ()


SHIPPED = (
    Shipped(
        "newsletter", "Newsletter", "What we learned and wrote, about once a month.",
        "Send me the newsletter by e-mail. I can leave it at any time.",
        topics=(("guides", "Guides and articles"), ("customer-stories", "Stories of customers")),
    ),
    Shipped(
        "product-news", "Product news", "What is new in the product, when there is something.",
        "Tell me by e-mail what is new in the product. I can leave this at any time.",
    ),
    Shipped(
        "events", "Events", "Invitations to webinars, fairs and meetings near you.",
        "Invite me by e-mail to events. I can leave this at any time.",
        topics=(("webinars", "Webinars"), ("on-site", "On site")),
    ),
    Shipped(
        "offers", "Personal offers", "Suggestions that go by what you looked at.",
        "Send me offers by e-mail that go by what I looked at. I can leave this at any time.",
    ),
    Shipped(
        "service", "Service messages", "What customers must know: maintenance, safety, invoices.",
        "", basis=Basis.CONTRACT, needs_confirmation=False,
    ),
)  # fmt: skip
