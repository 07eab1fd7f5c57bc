"""A mail server that takes everything at once and keeps nothing: `python -m bench.sink [MS]`.

Prints its port. With a number it answers for a text only after so many milliseconds, as a server
does that writes what it took to its disk. `python -m bench.sink aiosmtpd` is aiosmtpd's server,
which takes everything too.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import cast

import uvloop
from aiosmtpd.smtp import SMTP

_ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 0\r\n",
    b"DATA": b"354 Go on\r\n", b"QUIT": b"221 Bye\r\n",
}  # fmt: skip


class Sink(asyncio.Protocol):
    """One connection."""

    wait = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.kept, self.is_text = b"", False
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.kept += data
        if self.is_text:
            if self.kept.endswith(b"\r\n.\r\n"):
                self.kept, self.is_text = b"", False
                self._taken()
            return
        while b"\r\n" in self.kept:
            line, _, self.kept = self.kept.partition(b"\r\n")
            self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> None:
        self.transport.write(_ANSWERS.get(verb, b"250 OK\r\n"))
        self.is_text = verb == b"DATA"

    def _taken(self) -> None:
        loop = asyncio.get_running_loop()
        if self.wait:
            loop.call_later(self.wait, self.transport.write, b"250 Taken\r\n")
        else:
            self.transport.write(b"250 Taken\r\n")


class Takes:
    """What aiosmtpd does with a mail: nothing."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  the name that aiosmtpd asks for
        return "250 Taken"


async def main() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else "0"
    made: Callable[[], asyncio.Protocol] = Sink
    if asked == "aiosmtpd":
        made = partial(SMTP, Takes())
    else:
        Sink.wait = float(asked) / 1000
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
