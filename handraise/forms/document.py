"""What a form is: its questions, its consent boxes, what follows. The text of a version."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

MOST_FIELDS = 40
MOST_CONSENTS = 10
MOST_CHOICES = 200


class FieldKind(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    CHOICE = "choice"
    TICK = "tick"
    NUMBER = "number"
    LONG_TEXT = "long_text"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    FieldKind.TEXT: "Text",
    FieldKind.EMAIL: "E-mail",
    FieldKind.PHONE: "Phone",
    FieldKind.CHOICE: "Choice",
    FieldKind.TICK: "Tick",
    FieldKind.NUMBER: "Number",
    FieldKind.LONG_TEXT: "Long text",
}


class Delivery(StrEnum):
    """How the content that was asked for is handed over."""

    PAGE = "page"
    MAIL = "mail"
    BOTH = "both"

    @property
    def label(self) -> str:
        return _DELIVERIES[self]


_DELIVERIES = {
    Delivery.PAGE: "On the page that thanks",
    Delivery.MAIL: "By mail",
    Delivery.BOTH: "On that page and by mail",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Field(_Part):
    """One question. `name` is what its input is called, and stays; `fact` is what the answer is
    kept as (empty: with the activity only). Queued ones are put a few at a time."""

    name: str
    label: str = ""
    kind: FieldKind = FieldKind.TEXT
    fact: str = ""
    help: str = ""
    is_needed: bool = False
    is_queued: bool = False
    choices: tuple[str, ...] = ()


class ConsentBox(_Part):
    """A box for a purpose. Never ticked beforehand, never needed: agreement is given freely."""

    purpose: str = ""
    wording: str = ""


class Document(_Part):
    """A form as it was published, or as it is being written."""

    heading: str = ""
    intro: str = ""
    button: str = "Send"
    fields: tuple[Field, ...] = ()
    asked_at_once: int = 0  # of the queued questions; 0: all
    consents: tuple[ConsentBox, ...] = ()
    thanks_heading: str = "Thank you"
    thanks_text: str = ""
    thanks_urls: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()  # origins that may hold it; none: all
    minimum_seconds: int = 2
    takes_plain_html: bool = True
    asset: int | None = None
    delivery: Delivery = Delivery.PAGE
    is_confirmed_first: bool = False
    mail_subject: str = ""
    mail_text: str = ""
    link_days: int = 14

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def is_mailed(self) -> bool:
        return self.asset is not None and (
            self.delivery is not Delivery.PAGE or self.is_confirmed_first
        )

    @property
    def is_on_page(self) -> bool:
        """Never where an address is confirmed first: whether it was confirmed before is known of
        it, and a stranger who typed it would see that here."""
        return (
            self.asset is not None
            and self.delivery is not Delivery.MAIL
            and not self.is_confirmed_first
        )


def begun(heading: str) -> Document:
    """A form to begin with: who they are, and how to write to them."""
    return Document(
        heading=heading,
        fields=(
            Field(name="first-name", label="First name", fact="first_name", is_needed=True),
            Field(name="last-name", label="Last name", fact="last_name", is_needed=True),
            Field(name="e-mail", label="Work e-mail", kind=FieldKind.EMAIL, fact="email",
                  is_needed=True),
        ),
    )  # fmt: skip
