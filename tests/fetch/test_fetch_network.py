"""The socket as the fetcher sees it."""

from __future__ import annotations

import select
import socket
import struct
import time

import httpcore
import pytest

from clipper.fetch.faults import Fault
from clipper.fetch.line import Line
from clipper.fetch.network import Stream


def test_a_reset_that_the_write_was_told_of_is_not_read_as_a_quiet_end() -> None:
    # The system tells of an error once; httpcore swallows the write's and reads on.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        peer, _ = listener.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        assert select.select([client], [], [], 5)[0]
        line = Line(time.monotonic)
        line.begin(time.monotonic() + 5)
        stream = Stream(client, line)
        with pytest.raises(httpcore.WriteError):
            stream.write(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(Fault, match="reset"):
            stream.read(100)
        stream.close()
