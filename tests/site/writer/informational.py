"""A head for each of `codes`, then the final one with some content."""


def main(request, response):
    for code in request.GET.first(b"codes").split(b","):
        response.writer.write_status(int(code))
        response.writer.write_header("X-Code", code)
        response.writer.end_headers()
    response.writer.write_status(200)
    response.writer.write_header("content-length", "5")
    response.writer.end_headers()
    response.writer.write_content("final")
