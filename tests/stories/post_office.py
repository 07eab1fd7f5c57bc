"""A mail server for the story of sends: `python -m tests.stories.post_office PORT LOG`.

It writes down who got which message, waits a moment, and only then answers: so a kill finds
messages that arrived and were never answered for.
"""

from __future__ import annotations

import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

WAIT = 0.005  # seconds between having a message and saying so


class PostOffice:
    """Takes everything; a line `recipient message-id` for each message."""

    def __init__(self, log: int) -> None:
        self.log = log

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        named = next(line for line in head.split("\r\n") if line.startswith("Message-ID: "))
        for one in envelope.rcpt_tos:
            os.write(self.log, f"{one} {named[12:]}\n".encode())
        await asyncio.sleep(WAIT)
        return "250 Taken"


async def main(port: int, path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(PostOffice(log), hostname="post.example", loop=loop), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
