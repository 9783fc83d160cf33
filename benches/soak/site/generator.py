def main(request, response):
    def pieces():
        for piece in range(int(request.GET[b"pieces"])):
            yield b"piece %d\n" % piece
    return pieces()
