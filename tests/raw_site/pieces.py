"""Writes each `?piece=` (hexadecimal); between two, waits for a byte from the client.

`?close` closes the connection behind the last.
"""


def main(request, response):
    writer = response.writer
    socket = writer.socket
    for index, piece in enumerate(request.GET.get_list(b"piece")):
        if index > 0:
            socket.recv(1)
        writer.write(bytes.fromhex(piece.decode()))
    response.close_connection = b"close" in request.GET
