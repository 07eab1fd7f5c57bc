"""Children that do not outlive their parent, also when the parent is killed with -9."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PARENT = "HANDRAISE_PARENT"  # set for children of the supervisor: its process id
PARENT_OF_WEB = "HANDRAISE_PARENT_OF_WEB"
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(end_by: signal.Signals, parent: int) -> None:
    """Ask the kernel to send this process `end_by` when its parent dies (Linux; else nothing).

    A parent that died between the fork and this call would never be noticed: hence the look
    afterwards.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(end_by), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), end_by)


def born_of(end_by: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that ties the child to this process. Start the child in the main thread:
    the kernel counts the death of the *thread* that forked.
    """
    parent = os.getpid()
    return lambda: end_with_parent(end_by, parent)
