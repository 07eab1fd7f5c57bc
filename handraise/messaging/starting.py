"""The messages that one can begin from, shipped as YAML beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from handraise.messaging.rendering import Words

FOLDER = Path(__file__).parent / "shipped"
BLANK = """\
<mjml lang="en">
  <mj-body background-color="#f3f4f8">
    <mj-section css-class="house-sheet" background-color="#ffffff" border-radius="10px" padding="20px 8px">
      <mj-column>
        <mj-text css-class="house-words">Hello{% if lead.first_name %} {{ lead.first_name }}{% endif %},</mj-text>
        <mj-text css-class="house-words">Say what is new for them.</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""  # noqa: E501 - as an author sees it


@dataclass(frozen=True, slots=True)
class Start:
    """A message to begin from: what it is for, its words, the purpose that suits it."""

    code: str
    name: str
    about: str
    purpose: str
    words: Words


@cache
def starts() -> dict[str, Start]:
    """Every message that is shipped, by its code, in the order of the way of a lead."""
    order = ("guide-welcome", "webinar-follow-up", "personal-demo", "sleeping-mql",
             "recycled", "customer-onboarding")  # fmt: skip
    return {code: _read(code) for code in order}


def _read(code: str) -> Start:
    told = yaml.safe_load((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))
    words = Words(told["subject"], told["preheader"], told["mjml"], told.get("text", ""))
    return Start(code, told["name"], told["about"], told.get("purpose", ""), words)


def blank() -> Words:
    """A message of which nothing is written yet."""
    return Words("", "", BLANK, "")


__all__ = ["Start", "blank", "starts"]
