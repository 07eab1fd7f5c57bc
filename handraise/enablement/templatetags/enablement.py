"""How pages show the texts of scripts."""

from __future__ import annotations

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_NOT_KNOWN = re.compile(r"(⟨[^⟨⟩]{1,200} is not known⟩)")


@register.filter
def marked(text: str) -> SafeString:
    """A script's text, escaped, with what is not known marked; of frozen briefs too."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", part) if place % 2 else part,)
            for place, part in enumerate(_NOT_KNOWN.split(str(text)))
        ),
    )
