"""`response.writer.socket` with a transcript: every way to send and receive, and what the tape records."""

import io
import socket
import tempfile
import unittest

import support  # noqa: F401  (makes wptserve importable)
from wptserve.recorded_socket import SHOWN, RecordedSocket


class Tape:
    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda *what: self.told.append((name, *what))


class Writer:
    def __init__(self, arrived):
        self._tape = Tape()
        self.arrived = arrived

    def _hand_over(self):
        pass

    def _take_arrived(self, count, peek):
        taken = self.arrived[:count]
        if not peek:
            self.arrived = self.arrived[count:]
        return taken

    def _count_received(self, data):
        self.counted = getattr(self, "counted", b"") + data


class Recorded(unittest.TestCase):
    def setUp(self):
        ours, self.peer = socket.socketpair()
        self.writer = Writer(b"")
        self.socket = RecordedSocket.of(ours.detach(), self.writer)
        self.addCleanup(self.peer.close)
        self.addCleanup(self.socket.close)

    def told(self):
        told, self.writer._tape.told = self.writer._tape.told, []
        return told

    def test_every_way_to_send(self):
        with tempfile.TemporaryFile() as file:
            file.write(b"..sent")
            ways = {
                "send": lambda: self.socket.send(b"sent"),
                "sendall": lambda: self.socket.sendall(bytearray(b"sent")),
                "sendmsg": lambda: self.socket.sendmsg(iter([b"se", memoryview(b"nt")])),
                "sendfile": lambda: self.socket.sendfile(file, 2),
                "sendfile of less": lambda: self.socket.sendfile(file, 2, 4),
                "sendfile from memory": lambda: self.socket.sendfile(io.BytesIO(b"sent")),
                "dup": self.send_by_duplicate,
            }
            file.flush()
            for name, send in ways.items():
                with self.subTest(name):
                    send()
                    self.assertEqual(self.peer.recv(9), b"sent")
                    self.assertEqual(self.told(), [("sent", b"sent", 4)])

    def send_by_duplicate(self):
        with self.socket.dup() as duplicate:
            duplicate.send(b"sent")

    def test_every_way_to_receive(self):
        room = bytearray(9)
        ways = {
            "recv": lambda: self.socket.recv(9),
            "recv_into": lambda: self.socket.recv_into(room),
            "recvfrom": lambda: self.socket.recvfrom(9),
            "recvfrom_into": lambda: self.socket.recvfrom_into(room, 9),
            "recvmsg": lambda: self.socket.recvmsg(9),
            "recvmsg_into": lambda: self.socket.recvmsg_into([memoryview(room)[:2], memoryview(room)[2:]]),
        }
        for name, receive in ways.items():
            with self.subTest(name):
                self.peer.send(b"heard")
                receive()
                self.assertEqual(self.told(), [("received", b"heard")])
        self.assertEqual(self.writer.counted, b"heard" * len(ways))
        self.peer.close()
        for name, receive in ways.items():
            with self.subTest(name, end=True):
                receive()
                self.assertEqual(self.told(), [("received", b"")])

    def test_what_is_not_received_is_not_told(self):
        self.writer.arrived = b"arrived"
        self.assertEqual(self.socket.recv(3, socket.MSG_PEEK), b"arr")
        self.assertEqual(self.socket.recv(3), b"arr")
        self.assertEqual(self.socket.recv_into(bytearray(9)), 4)
        self.peer.send(b"heard")
        self.assertEqual(self.socket.recv(9, socket.MSG_PEEK), b"heard")
        self.assertEqual(self.socket.recv(0), b"")
        self.assertEqual(self.told(), [])

    def test_a_long_one_is_counted(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * SHOWN)
        sent = self.socket.send(b"x" * (SHOWN + 9))
        self.assertEqual(self.told(), [("sent", b"x" * min(sent, SHOWN), sent)])

    def test_ends(self):
        self.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(self.told(), [("shut", socket.SHUT_WR)])
        with self.assertRaises(OSError):
            self.socket.sendall(b"late")
        [(kind, text)] = self.told()
        self.assertEqual(kind, "note")
        self.assertIn("within 4 bytes", text)


if __name__ == "__main__":
    unittest.main()
