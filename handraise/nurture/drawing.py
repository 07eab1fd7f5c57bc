"""The picture of a journey: where boxes, lines and words stand. Plain figures, no Django.

Steps stand beneath each other; the ways of a fork stand side by side and join below it, unless
all of them end. Every sequence is drawn around one upright line through its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

BOX = (240, 56)
GAP = 40  # between two boxes, room for a count
BESIDE = 28  # between two ways
FORK = 66  # from a fork to the first step of its ways, with the name of the way on it
JOIN = 40
PILL = 24
EDGE = 26
BEND = 10
_PER_LETTER = 6.9
_LONGEST_PILL = 24


@dataclass(frozen=True, slots=True)
class Node:
    """A step to be drawn. `here` wait at it now, `on` went on by its one way, `left` the journey
    at it; None where nothing is counted."""

    id: str
    kind: str
    icon: str
    title: str
    detail: str = ""
    ways: tuple[Way, ...] = ()
    ends: bool = False
    here: int | None = None
    on: int | None = None
    left: int | None = None
    is_faulty: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a fork. Nobody comes out of one that `ends`."""

    name: str
    nodes: tuple[Node, ...] = ()
    ends: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A step where it stands; `x` and `y` of its upper left corner."""

    node: Node
    x: int
    y: int

    @property
    def right(self) -> int:
        return self.x + BOX[0]

    @property
    def bottom(self) -> int:
        return self.y + BOX[1]


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a point: `way`, `on`, `left`, `end` or `stop`. `width` of the pill around them."""

    kind: str
    x: int
    y: int
    words: str
    count: int | None = None
    width: int = 0

    @property
    def left(self) -> int:
        return self.x - self.width // 2


@dataclass(slots=True)
class Picture:
    """All that is drawn, within `width` and `height`."""

    width: int = 0
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


def drawn(nodes: Sequence[Node], *, begins: str = "Enters", entered: int | None = None) -> Picture:
    """The picture of these steps, between where leads enter and where the last step lets go."""
    made = Picture(width=width_of(nodes) + 2 * EDGE)
    middle = made.width // 2
    made.labels.append(_pill("end", middle, EDGE, begins, entered))
    top = EDGE + PILL // 2
    bottom, ends = _sequence(made, nodes, middle, top, is_first=True)
    if not ends:
        made.lines.append(_straight(middle, bottom, bottom + GAP))
        bottom += GAP + PILL // 2
        made.labels.append(_pill("end", middle, bottom, "Finished"))
    made.height = bottom + EDGE
    return made


def width_of(nodes: Sequence[Node]) -> int:
    """How wide a sequence is: as its widest step with all its ways."""
    return max((_width(node) for node in nodes), default=BOX[0])


def _width(node: Node) -> int:
    if not node.ways:
        return BOX[0]
    ways = sum(width_of(way.nodes) for way in node.ways) + BESIDE * (len(node.ways) - 1)
    return max(BOX[0], ways)


def _sequence(
    made: Picture, nodes: Sequence[Node], middle: int, top: int, *, is_first: bool
) -> tuple[int, bool]:
    """Draw one beneath the other from `top`; where that ends, and whether nobody goes on."""
    ends = False
    for number, node in enumerate(nodes):
        gap = GAP if number or is_first else 0
        if gap and not ends:
            made.lines.append(_straight(middle, top, top + gap))
        top, is_last = _step(made, node, middle, top + gap)
        ends = ends or is_last  # steps that nobody reaches stand there without a line
    return top, ends


def _step(made: Picture, node: Node, middle: int, top: int) -> tuple[int, bool]:
    box = Box(node, middle - BOX[0] // 2, top)
    made.boxes.append(box)
    if node.left:
        made.labels.append(Label("left", box.right, box.bottom + 15, "left", node.left))
    if node.ways:
        return _ways(made, node, middle, box.bottom)
    if node.on is not None and not node.ends:
        made.labels.append(Label("on", middle + 7, box.bottom + 15, "", node.on))
    return box.bottom, node.ends


def _ways(made: Picture, node: Node, middle: int, top: int) -> tuple[int, bool]:
    widths = [width_of(way.nodes) for way in node.ways]
    whole = sum(widths) + BESIDE * (len(widths) - 1)
    left = middle - whole // 2
    open_ends: list[tuple[int, int]] = []
    lowest = top + FORK
    for way, width in zip(node.ways, widths, strict=True):
        here = left + width // 2
        left += width + BESIDE
        bottom, ends = _way(made, way, here, middle, top)
        lowest = max(lowest, bottom)
        if not ends:
            open_ends.append((here, bottom))
    for here, bottom in open_ends:
        made.lines.append(_elbow(here, bottom, middle, lowest + JOIN, turn=lowest + JOIN // 2))
    return (lowest + JOIN, False) if open_ends else (lowest, True)


def _way(made: Picture, way: Way, here: int, middle: int, top: int) -> tuple[int, bool]:
    """One way from its fork to its end."""
    made.lines.append(_elbow(middle, top, here, top + FORK, turn=top + 16))
    made.labels.append(_pill("way", here, top + 16 + 8 + PILL // 2, way.name, way.count))
    bottom, ends = _sequence(made, way.nodes, here, top + FORK, is_first=False)
    if way.ends and not ends:
        made.labels.append(Label("stop", here, bottom, ""))
    return bottom, ends or way.ends


def _pill(kind: str, x: int, y: int, name: str, count: int | None = None) -> Label:
    words = shortened(name, _LONGEST_PILL)
    letters = len(words) + (0 if count is None else len(f"{count:,}") + 2)
    return Label(kind, x, y, words, count, round(letters * _PER_LETTER) + 20)


def shortened(words: str, most: int) -> str:
    """Words that fit into so many letters."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _straight(x: int, top: int, bottom: int) -> str:
    return f"M{x} {top}V{bottom}"


def _elbow(x: int, top: int, to: int, bottom: int, *, turn: int) -> str:
    """Down, across at `turn`, and down again, with round corners."""
    if x == to:
        return _straight(x, top, bottom)
    bend = min(BEND, abs(to - x) // 2)
    side = bend if to > x else -bend
    return (
        f"M{x} {top}V{turn - bend}q0 {bend} {side} {bend}H{to - side}"
        f"q{side} 0 {side} {bend}V{bottom}"
    )
