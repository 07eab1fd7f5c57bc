"""Pins are a name and a version, nothing else: no address of an index, no file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+")


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_pin_is_a_name_and_a_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not PIN.fullmatch(line)] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {_folded(line.split("==")[0]) for line in lines}

    names = [re.match(r"[A-Za-z0-9._-]+", one) for one in wanted]

    assert [one.group() for one in names if one and _folded(one.group()) not in pinned] == []


def test_nothing_names_an_address_to_install_from() -> None:
    files = [*ROOT.glob("*.toml"), *ROOT.glob("*.txt"), ROOT / "Makefile", ROOT / ".ci" / "run"]

    named = [file.name for file in files if re.search(r"://(?!…)", _without_database(file))]

    assert named == []


def _without_database(file: Path) -> str:
    return re.sub(r"postgresql://", "", file.read_text(encoding="utf-8"))
