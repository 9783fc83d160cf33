"""A chunked body made by hand: whole, with trailers (`?trailers`) or broken off (`?broken`)."""


def main(request, response):
    response.headers.set(b"Transfer-Encoding", b"chunked")
    if b"trailers" in request.GET:
        response.headers.set(b"Trailer", b"X-Sum")
    response.write_status_headers()
    for word in [b"first", b"second", b"third"]:
        response.writer.write(b"%x\r\n%s\r\n" % (len(word), word))
    if b"broken" in request.GET:
        response.writer.write("XX\r\n\r\n")
    elif b"trailers" in request.GET:
        response.writer.write(b"0\r\nX-Sum: 16\r\n\r\n")
    else:
        response.writer.write(b"0\r\n\r\n")
