"""Parts of forms that Django draws slowly."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.forms.widgets import Input
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class QuickSelect(forms.Select):
    """A choice of one without groups, written without a template for each of its options: of fifty
    those took a tenth of a page's time."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:  # fmt: skip
        context = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (option["value"], flatatt(option["attrs"]), option["label"])
                for _, group, _ in context["optgroups"]
                for option in group
            ),
        )
        given = flatatt({"name": context["name"], **context["attrs"]})
        return format_html("<select{}>{}</select>", given, options)


class _QuickInput(Input):
    """One line to fill in, written without the two templates that Django needs for it."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:  # fmt: skip
        context = self.get_context(name, value, attrs)["widget"]
        known = {"type": context["type"], "name": context["name"]}
        if context["value"] is not None:
            known["value"] = context["value"]
        return format_html("<input{}>", flatatt({**known, **context["attrs"]}))


class QuickDate(_QuickInput, forms.DateInput):
    """A day."""


class QuickTime(_QuickInput, forms.TimeInput):
    """A time of day."""


class QuickInstant(_QuickInput, forms.DateTimeInput):
    """A day and a time of it."""


class QuickTextarea(forms.Textarea):
    """Lines to fill in."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:  # fmt: skip
        context = self.get_context(name, value, attrs)["widget"]
        given = flatatt({"name": context["name"], **context["attrs"]})
        return format_html("<textarea{}>\n{}</textarea>", given, context["value"] or "")


__all__ = ["QuickDate", "QuickInstant", "QuickSelect", "QuickTextarea", "QuickTime"]
