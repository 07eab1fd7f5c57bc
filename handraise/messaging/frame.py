"""The house frame: how every message looks by itself, and what stands at its foot. No Django.

Fonts and colours are defaults that a message may overrule. Who uses the classes `house-sheet` (for
sections) and `house-words` (for texts) is also readable in the dark; any other message is shown
light, as its author saw it.
"""

from __future__ import annotations

import re
from html import escape

_HEAD = """\
<mj-attributes><mj-all font-family="Helvetica Neue, Helvetica, Arial, sans-serif" />\
<mj-text font-size="16px" line-height="1.55" color="#23262f" />\
<mj-button background-color="#4338ca" color="#ffffff" font-size="16px" font-weight="600" \
border-radius="6px" inner-padding="13px 22px" align="left" /></mj-attributes>"""

_DARK = """\
<mj-style>:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
body, div[role="article"] { background-color: #14161c !important; }
.house-sheet, .house-sheet > table { background: #1d2028 !important; background-color: #1d2028 !important; }
.house-words div, .house-words h1, .house-words p, .house-words li { color: #e8e9ee !important; }
.house-words a { color: #a5b4fc !important; }
}</mj-style>"""  # noqa: E501 - one rule a line

_SCHEMES = {
    True: '<meta name="color-scheme" content="light dark">'
    '<meta name="supported-color-schemes" content="light dark">',
    False: '<meta name="color-scheme" content="light only">'
    '<meta name="supported-color-schemes" content="light only">',
}

_WHO = "{% if house.name %}{{ house.name }}{% endif %}{% if house.address %}<br />{{ house.address }}{% endif %}"  # noqa: E501
_LEAVE = (
    '<br /><a href="{{ unsubscribe_url }}" style="color:#4338ca">Unsubscribe</a> · '
    '<a href="{{ preferences_url }}" style="color:#4338ca">Choose what you hear from us</a>'
)
_FOOT = """\
<mj-section padding="12px 8px 32px"><mj-column>\
<mj-text css-class="house-words" align="center" font-size="13px" color="#555a68">{}</mj-text>\
</mj-column></mj-section>"""

_TEXT_WHO = "{% if house.name %}\n{{ house.name }}{% endif %}{% if house.address %}\n{{ house.address }}{% endif %}"  # noqa: E501
_TEXT_LEAVE = (
    "\nUnsubscribe: {{ unsubscribe_url }}\nChoose what you hear from us: {{ preferences_url }}"
)

_HEAD_OPENS = re.compile(r"<mj-head\b[^>]*?(/?)>")
_ROOT_OPENS = re.compile(r"<mjml\b[^>]*>")
_NAMES_LEAVING = re.compile(r"\{\{-?\s*unsubscribe_url\b")


def names_leaving(text: str) -> bool:
    """Whether a text says the link to unsubscribe itself."""
    return _NAMES_LEAVING.search(text) is not None


def framed(source: str, *, preheader: str, has_purpose: bool) -> str:
    """The MJML with the head of the house, the preheader and the foot that it lacks."""
    is_dark = "house-sheet" in source
    said = f"<mj-preview>{escape_around(preheader)}</mj-preview>"
    head = _HEAD + (_DARK if is_dark else "")
    head += said if preheader.strip() and "<mj-preview" not in source else ""
    foot = _FOOT.format(_WHO + (_LEAVE if has_purpose else ""))
    if not names_leaving(source):
        before, closing, after = source.rpartition("</mj-body>")
        source = f"{before}{foot}{closing}{after}" if closing else source
    return _headed(source, head)


def _headed(source: str, head: str) -> str:
    found = _HEAD_OPENS.search(source)
    if found is not None:
        put = f"<mj-head>{head}</mj-head>" if found[1] else found[0] + head
        return source[: found.start()] + put + source[found.end() :]
    return _ROOT_OPENS.sub(lambda root: f"{root[0]}<mj-head>{head}</mj-head>", source, count=1)


def finished(html: str) -> str:
    """What was compiled, told how it bears the dark."""
    return html.replace("<head>", f"<head>{_SCHEMES['house-sheet' in html]}", 1)


def with_foot(text: str, *, has_purpose: bool) -> str:
    """A written plain-text part with the foot that it lacks."""
    if names_leaving(text):
        return text
    return f"{text.rstrip()}\n\n--{_TEXT_WHO}{_TEXT_LEAVE if has_purpose else ''}\n"


_LIQUID = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)


def escape_around(text: str) -> str:
    """Plain text as it stands in MJML, its Liquid left as it is."""
    parts = _LIQUID.split(text)
    return "".join(part if place % 2 else escape(part) for place, part in enumerate(parts))


__all__ = ["escape_around", "finished", "framed", "names_leaving", "with_foot"]
