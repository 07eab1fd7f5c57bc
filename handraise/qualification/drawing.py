"""The table of moves as Markdown, for docs/steps/qualification.md."""

from __future__ import annotations

from handraise.leads.decide import Stage
from handraise.qualification.decide import MOVES, Maker, Rule


def table() -> str:
    """One line a move, in the order of the stages."""
    order = list(Stage)
    rules = sorted(MOVES.values(), key=lambda rule: order.index(rule.after))
    rules.sort(key=lambda rule: order.index(rule.before))
    head = "| from | to | made by | asks for | because |\n|---|---|---|---|---|"
    return "\n".join([head, *map(_line, rules)])


def _line(rule: Rule) -> str:
    makers = ", ".join(maker.value for maker in Maker if maker in rule.makers)
    cells = (rule.before.label, rule.after.label, makers, rule.asks.value, rule.says)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table())
