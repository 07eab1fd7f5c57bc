"""Providers of mail that are spoken to over HTTPS, each named by one URL.

`mailgun://KEY@mg.example.com`, `postmark://TOKEN`, `brevo://KEY`, `sendgrid://KEY`,
`mailjet://KEY:SECRET`, `resend://KEY`; `?api=https://…` is another address of the provider
(Mailgun's in the EU). From the request until its answer nobody can know: then a send
is unclear, as at a mail server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from anymail.webhooks.base import AnymailBaseWebhookView
from django.core.mail import EmailMultiAlternatives
from urllib3.exceptions import NewConnectionError

from handraise.post.decide import End, Outcome
from handraise.sends.composing import Mail
from handraise.sends.decide import Refused
from handraise.sends.lines import Unreachable

TIMEOUT = 30.0
_NOT_OURS = {401, 403, 404}  # the settings are wrong, not this message
_LATER = {408, 425, 429, 503}


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a provider calls the parts of its URL; `signing` the key of its webhooks, if any."""

    view: str
    user: str
    password: str = ""
    host: str = ""
    signing: str = ""


_KINDS = {
    "brevo": _Kind("BrevoTrackingWebhookView", "api_key"),
    "mailgun": _Kind("MailgunTrackingWebhookView", "api_key", host="sender_domain",
                     signing="webhook_signing_key"),
    "mailjet": _Kind("MailjetTrackingWebhookView", "api_key", "secret_key"),
    "postmark": _Kind("PostmarkTrackingWebhookView", "server_token"),
    "resend": _Kind("ResendTrackingWebhookView", "api_key", signing="signing_secret"),
    "sendgrid": _Kind("SendGridTrackingWebhookView", "api_key"),
}  # fmt: skip


@dataclass(frozen=True)
class Provider:
    """One provider with its settings, as anymail takes them; its keys are not shown."""

    name: str
    told: Mapping[str, Any] = field(repr=False)
    signing: str = field(default="", repr=False)

    def backend(self) -> Any:
        """What speaks to it."""
        made = import_module(f"anymail.backends.{self.name}").EmailBackend
        return made(
            ignore_unsupported_features=True, requests_timeout=TIMEOUT, fail_silently=False,
            **self.told,
        )  # fmt: skip

    def hook(self, secret: str) -> AnymailBaseWebhookView:
        """What reads its webhooks: those with this `name:password`, and signed where it signs."""
        kind = _KINDS[self.name]
        made = getattr(import_module(f"anymail.webhooks.{self.name}"), kind.view)
        signing = {kind.signing: self.signing} if kind.signing else {}
        view: AnymailBaseWebhookView = made(webhook_secret=secret, **signing)
        return view


def is_provider(url: str) -> bool:
    return urlsplit(url).scheme in _KINDS


def read_provider(url: str) -> Provider:
    """The provider that a URL names. Raises Refused with a sentence that repeats no key."""
    parts = urlsplit(url.strip())
    kind = _KINDS.get(parts.scheme)
    if kind is None:
        known = ", ".join(sorted(_KINDS))
        raise Refused(f"HANDRAISE_MAIL_URL begins with smtp://, smtps:// or one of {known}.")
    key, secret, host = _parts(parts, has_host=bool(kind.host))
    told: dict[str, Any] = {kind.user: key}
    if kind.password:
        told[kind.password] = secret
    if kind.host:
        told[kind.host] = host
    if not all(told.values()):
        raise Refused(f"HANDRAISE_MAIL_URL lacks a key, or a domain, for {parts.scheme}.")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if "api" in query:
        told["api_url"] = query["api"]
    return Provider(parts.scheme, told, query.get("signing", ""))


def _parts(parts: SplitResult, *, has_host: bool) -> tuple[str, str, str]:
    """Key, second key and domain: `KEY@domain`, `KEY:SECRET` or `KEY`; keys keep their case."""
    before, at, after = parts.netloc.rpartition("@")
    keys = before if at else ("" if has_host else parts.netloc)
    key, _, secret = keys.partition(":")
    return unquote(key), unquote(secret), after


class ProviderLine:
    """One session with a provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.backend: Any = None

    def open(self) -> bool:
        if self.backend is not None:
            return False
        try:
            self.backend = self.provider.backend()
            self.backend.open()
        except AnymailError as fault:
            self.backend = None
            raise Unreachable(_said(fault)) from None
        return True

    def deliver(self, mail: Mail, *, before_text: Callable[[], None]) -> Outcome:
        """Hand over one message, which the provider dates; `before_text` is called when it may
        arrive from then on. Raises Unreachable."""
        self.open()
        message = _message(mail)
        before_text()
        try:
            self.backend.send_messages([message])
        except AnymailRecipientsRefused as fault:
            return Outcome(End.FAILED, _said(fault))
        except AnymailAPIError as fault:
            if fault.response is not None:
                return _refused(fault)
            self.close()
            return _unanswered(fault)
        except (AnymailError, ValueError) as fault:  # it cannot be said in the provider's words
            return Outcome(End.FAILED, _said(fault))
        return Outcome(End.SENT, f"Taken by {self.provider.name}")

    def close(self) -> None:
        if self.backend is not None:
            self.backend.close()
            self.backend = None


def _message(mail: Mail) -> EmailMultiAlternatives:
    told = dict(mail.headers) | {"Message-ID": mail.send.message_id}
    message = EmailMultiAlternatives(
        mail.subject, mail.text, from_email=_address(*mail.sender), to=[_address(*mail.to)],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={name: value.replace("\r\n", "") for name, value in told.items()},
    )  # fmt: skip
    message.attach_alternative(mail.html, "text/html")
    message.metadata = {"send": str(mail.send.pk)}  # type: ignore[attr-defined]
    return message


def _address(name: str, spec: str) -> str:
    plain = name.replace("\\", "").replace('"', "")
    return f'"{plain}" <{spec}>' if plain else spec


def _unanswered(fault: AnymailAPIError) -> Outcome:
    """No answer. Raises Unreachable where there was no connection: then nothing was handed over."""
    inner = fault.__cause__ or fault
    reason = getattr(inner.args[0] if inner.args else None, "reason", None)
    if isinstance(inner, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        raise Unreachable("The provider could not be reached.")
    return Outcome(End.UNCLEAR, "the provider had the message and did not answer for it.")


def _refused(fault: AnymailAPIError) -> Outcome:
    """What its answer means. Raises Unreachable where it takes nothing from us at all."""
    status = getattr(fault.response, "status_code", 0) or 0
    if status in _NOT_OURS:
        raise Unreachable(_said(fault))
    if status in _LATER:
        return Outcome(End.LATER, _said(fault))
    if 400 <= status < 500:
        return Outcome(End.FAILED, _said(fault))
    return Outcome(End.UNCLEAR, f"the provider answered with a fault of its own ({status}).")


def _said(fault: Exception) -> str:
    return " ".join(str(fault).replace("\x00", "").split())[:400]


__all__ = ["Provider", "ProviderLine", "is_provider", "read_provider"]
