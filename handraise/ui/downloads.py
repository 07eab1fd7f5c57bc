"""Send a file that was just made, in pieces, under either kind of server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import IO

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

_PIECE = 256 * 1024


def download(
    request: HttpRequest, file: IO[bytes], *, name: str, content_type: str
) -> StreamingHttpResponse:
    """The file from its beginning, as a download of this name; it is closed when it is sent.

    An asynchronous server would gather a plain iterator whole in memory before sending any of it.
    """
    size = file.seek(0, 2)
    file.seek(0)
    pieces = _async_pieces(file) if isinstance(request, ASGIRequest) else _pieces(file)
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Length"] = str(size)
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


async def _async_pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
