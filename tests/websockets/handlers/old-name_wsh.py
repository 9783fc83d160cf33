"""Imports the library under the name that it had before."""

from mod_pywebsocket import common, msgutil
from mod_pywebsocket.handshake import hybi
import mod_pywebsocket.stream
import pywebsocket3.common
import pywebsocket3.stream

assert common is pywebsocket3.common
assert mod_pywebsocket.stream is pywebsocket3.stream
assert pywebsocket3.stream.__spec__.name.endswith(".stream")


def web_socket_do_extra_handshake(request):
    assert hybi.compute_accept_from_unicode


def web_socket_transfer_data(request):
    msgutil.send_message(request, "the same modules")
