def main(request, response):
    def pieces():
        while True:
            yield b"x" * 65536
    if b"generator" in request.GET:
        return pieces()
    response.writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while response.writer.write(b"x" * 65536):
        pass
