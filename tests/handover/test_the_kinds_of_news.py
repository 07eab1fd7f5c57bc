"""Every kind of news that any step brings can be shown: its icon is there, and its words."""

from __future__ import annotations

from django.template import Context, Template

from handraise.talk.decide import kinds


def test_every_kind_has_an_icon_that_can_be_drawn() -> None:
    for kind in kinds():
        drawn = Template("{% load ui %}{% icon name %}").render(Context({"name": kind.icon}))
        assert "<svg" in drawn


def test_no_two_kinds_are_called_alike() -> None:
    labels = [kind.label for kind in kinds()]

    assert len(labels) == len(set(labels))
    assert {"offered", "asked", "contested", "mention"} <= {kind.code for kind in kinds()}
