def main(request, response):
    def pieces():
        yield b"half"
        raise ValueError("on purpose")
    return [("Content-Length", 8)], pieces()
