"""Puts a value into the stash that HTTP handlers use, or takes it: `?put&KEY&VALUE`, `?take&KEY`."""

from pywebsocket3 import msgutil
from wptserve import stash

address, authkey = stash.load_env_config()
stash = stash.Stash("/stash", address=address, authkey=authkey)


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    what, key, *value = request.uri.partition("?")[2].split("&")
    if what == "put":
        with stash.lock:
            stash.put(key, *value)
    msgutil.send_message(request, str(stash.take(key) if what == "take" else "done"))
