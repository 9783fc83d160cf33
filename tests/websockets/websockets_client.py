"""The client of the package `websockets` talks to the handlers: `websockets_client.py URL [ROOT]`, where ROOT is the
file of the root certificate for a `wss` URL.

Prints the name of each test that has passed, and ends with a traceback at the first that fails.
"""

import asyncio
import functools
import ssl
import sys

from websockets.asyncio import client
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.frames import CloseCode

URL = sys.argv[1]
SECURE = {"ssl": ssl.create_default_context(cafile=sys.argv[2])} if len(sys.argv) > 2 else {}
connect_async = functools.partial(client.connect, **SECURE)
LARGE = "0123456789abcdef" * 65536
TESTS = []
LOOP = asyncio.new_event_loop()


def run(coroutine):
    return LOOP.run_until_complete(asyncio.wait_for(coroutine, 10))


class connect:
    """A connection whose calls wait. The package's own, `websockets.sync`, reads in a thread while another one writes,
    which the TLS sockets of CPython 3.11 do not allow."""

    def __init__(self, url, **options):
        self.client = run(self.opened(url, options))

    @staticmethod
    async def opened(url, options):
        return await connect_async(url, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        run(self.client.close())

    def __getattr__(self, name):
        return getattr(self.client, name)

    def send(self, message):
        run(self.client.send(message))

    def recv(self):
        return run(self.client.recv())

    def fragments(self):
        async def received():
            return [fragment async for fragment in self.client.recv_streaming()]

        return run(received())

    def pong(self, data):
        async def answered():
            return await (await self.client.ping(data))

        return run(answered())

    def close(self, code, reason):
        run(self.client.close(code, reason))


def test(function):
    TESTS.append(function)
    return function


def end_of(socket):
    """Code and reason of the close frame that the server sends."""
    try:
        while True:
            socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code, closed.rcvd.reason


@test
def messages_come_back():
    for compression in ("deflate", None):
        with connect(URL + "/echo", compression=compression, max_size=None) as socket:
            has_deflate = "permessage-deflate" in socket.response.headers.get("Sec-WebSocket-Extensions", "")
            assert has_deflate == (compression is not None)
            for message in ("", "text", "天気", b"", b"\0\xff", LARGE, LARGE.encode()):
                socket.send(message)
                assert socket.recv() == message


@test
def fragments_come_back_as_one_message():
    with connect(URL + "/echo") as socket:
        socket.send(["one ", "", "two"])
        assert socket.recv() == "one two"
        socket.send([b"a", b"b"])
        assert socket.recv() == b"ab"


@test
def a_message_comes_in_fragments():
    with connect(URL + "/fragments") as socket:
        assert socket.fragments() == ["one ", "two ", "three"]
        assert (socket.recv(), socket.recv()) == ("", b"")


@test
def pings_are_answered():
    with connect(URL + "/echo") as socket:
        for data in (b"", b"abc", b"a" * 125):
            assert socket.pong(data) >= 0


@test
def a_subprotocol_is_chosen():
    with connect(URL + "/protocol", subprotocols=["a.b", "c"]) as socket:
        assert (socket.subprotocol, socket.recv()) == ("a.b", "a.b")


@test
def fields_go_both_ways():
    with connect(URL + "/cookies", additional_headers={"Cookie": "a=1"}) as socket:
        assert socket.response.headers.get_all("Set-Cookie") == ["ws=1; Path=/", "a=b"]
        assert socket.response.headers["X-Injected"] == "yes"
        assert socket.recv() == "a=1"


@test
def the_server_closes():
    for asked, code, reason in (
        ("4001 done é", 4001, "done é"),
        ("1000", CloseCode.NORMAL_CLOSURE, ""),
        ("nothing", CloseCode.NORMAL_CLOSURE, ""),
        ("none", CloseCode.NO_STATUS_RCVD, ""),
        ("going away", CloseCode.GOING_AWAY, "bye"),
        ("1006 no", CloseCode.INTERNAL_ERROR, ""),
    ):
        with connect(URL + "/close") as socket:
            socket.send(asked)
            assert end_of(socket) == (code, reason), asked


@test
def the_client_closes():
    with connect(URL + "/passive-close") as socket:
        socket.close(4999, "why")
        assert (socket.protocol.close_rcvd.code, socket.protocol.close_rcvd.reason) == (4999, "why")
        assert socket.protocol.close_rcvd_then_sent is False


@test
def handshakes_are_refused():
    for path, status in (("/none", 404), ("/refuses", 403), ("/fails-early", 403), ("/unauthorized", 401)):
        try:
            connect(URL + path)
            raise AssertionError(path)
        except InvalidStatus as refused:
            assert refused.response.status_code == status, path
    with connect(URL + "/unauthorized", additional_headers={"Authorization": "Basic YTpi"}) as socket:
        assert socket.recv() == "welcome"


@test
def broken_frames_are_noticed():
    for name, code in (
        ("reserved-bit", CloseCode.PROTOCOL_ERROR),
        ("reserved-opcode", CloseCode.PROTOCOL_ERROR),
        ("masked", CloseCode.PROTOCOL_ERROR),
        ("not-utf-8", CloseCode.INVALID_DATA),
        ("long-ping", CloseCode.PROTOCOL_ERROR),
        ("one-byte-close", CloseCode.PROTOCOL_ERROR),
        ("lone-continuation", CloseCode.PROTOCOL_ERROR),
        ("close-1005", CloseCode.PROTOCOL_ERROR),
    ):
        with connect(URL + "/raw-frames?" + name + "&wait", compression=None) as socket:
            try:
                socket.recv()
                raise AssertionError(name)
            except ConnectionClosedError as closed:
                assert closed.sent.code == code, (name, closed)


@test
def a_thread_receives():
    with connect(URL + "/receiver") as socket:
        for number in range(20):
            socket.send(str(number))
            assert socket.recv() == f"received {number}"


@test
def many_at_once():
    async def one(number):
        async with connect_async(URL + "/echo") as socket:
            for turn in range(5):
                message = f"{number} {turn} " * 50
                await socket.send(message)
                assert await socket.recv() == message
            await socket.close()
            try:
                await socket.recv()
            except ConnectionClosedOK:
                return number

    async def all_of_them():
        return await asyncio.gather(*map(one, range(20)))

    assert run(all_of_them()) == list(range(20))


for function in TESTS:
    function()
    print(function.__name__, flush=True)
