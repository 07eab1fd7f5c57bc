"""Work on many rows at once, without the collector looking at each of them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: thousands of live rows hold no cycles to be found, and
    looking for them takes a quarter of a digest's time.

    The collector is the process's: when one of two threads ends, the other is collected again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()  # whatever it was before: of two threads neither may leave it off
