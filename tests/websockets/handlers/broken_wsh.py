"""Cannot be loaded."""

import no_such_module


def web_socket_do_extra_handshake(request):
    no_such_module.check(request)


def web_socket_transfer_data(request):
    pass
