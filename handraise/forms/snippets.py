"""A form for other sites: the line that embeds it, and plain HTML to copy."""

from __future__ import annotations

from html import escape

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from handraise.forms.decide import asked
from handraise.forms.document import Field, FieldKind
from handraise.forms.hosting import HONEYPOT
from handraise.forms.models import Form

_TYPES = {FieldKind.EMAIL: "email", FieldKind.PHONE: "tel"}


def address_of(form: Form) -> str:
    return f"{settings.ADDRESS}{reverse('hosted_form', args=[form.code])}"


def embedding(form: Form) -> str:
    """One line for a page of another site: the form stands where the line stands."""
    source = f"{settings.ADDRESS}{static('forms/embed.js')}"
    title = escape(form.published.document.heading if form.published else form.name)
    told = f'data-form="{form.code}" data-title="{title}"'
    return f'<script src="{escape(source)}" {told} async></script>'


def plain_html(form: Form) -> str:
    """The published version as HTML, for any page that can hold a form. No scripts."""
    assert form.published is not None
    document = form.published.document
    lines = [
        f'<form action="{escape(address_of(form))}" method="post" accept-charset="utf-8">',
        f'  <input type="hidden" name="_version" value="{form.published.number}">',
    ]
    if document.thanks_urls:
        url = escape(document.thanks_urls[0])
        lines.append(f'  <input type="hidden" name="_thanks" value="{url}">')
    lines.append(f'  <p hidden><input name="{HONEYPOT}" tabindex="-1" autocomplete="off"></p>')
    for field in asked(document, known=None):
        lines += _question(field)
    for place, box in enumerate(document.consents):
        tick = f'<input type="checkbox" name="consent-{place}" value="yes">'
        lines.append(f"  <p><label>{tick} {escape(box.wording)}</label></p>")
    lines += [f"  <p><button>{escape(document.button)}</button></p>", "</form>"]
    return "\n".join(lines) + "\n"


def _question(field: Field) -> list[str]:
    label = escape(field.label)
    needed = " required" if field.is_needed else ""
    if field.kind is FieldKind.TICK:
        tick = f'<input type="checkbox" name="{field.name}" value="yes"{needed}>'
        return [f"  <p><label>{tick} {label}</label></p>"]
    if field.kind is FieldKind.LONG_TEXT:
        box = f'<textarea name="{field.name}" rows="4"{needed}></textarea>'
        return [f"  <p><label>{label}<br>{box}</label></p>"]
    if field.kind is FieldKind.CHOICE:
        options = [f"      <option>{escape(choice)}</option>" for choice in field.choices]
        begin = f'  <p><label>{label}<br><select name="{field.name}"{needed}>'
        return [begin, '      <option value="">Please choose</option>', *options,
                "    </select></label></p>"]  # fmt: skip
    kind = _TYPES.get(field.kind, "text")
    box = f'<input type="{kind}" name="{field.name}"{needed}>'
    return [f"  <p><label>{label}<br>{box}</label></p>"]
