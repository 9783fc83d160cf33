"""Writes back each part of the body as soon as it has it: 3 bytes, 2 bytes, the rest."""


def main(request, response):
    response.writer.write("HTTP/1.1 200 OK\r\n\r\n")
    for count in [3, 2, -1]:
        response.writer.write(request.raw_input.read(count))
    response.close_connection = True
