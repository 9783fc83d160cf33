"""Replaces `?method=` on the writer, does `?act=`, and says on the wire which arguments it was given."""


def everything(response):
    response.add_required_headers = False
    response.writer.write_status(200)
    response.writer.write_header("a", 1)
    response.writer.end_headers()
    response.writer.write_content("content")


def header(response):
    response.writer.write_header("a", "b")


def defaults(response):
    response.content = "four"
    response.writer.end_headers()


def content(response):
    response.add_required_headers = False
    response.writer.write_content("content")


def status_headers(response):
    response.add_required_headers = False
    response.headers.set("x", "y")
    response.write_status_headers()


def whole(response):
    response.add_required_headers = False
    response.headers.set("x", "y")
    response.content = "content"
    response.write()


def nothing(response):
    """The response goes out behind `main`."""
    response.add_required_headers = False
    response.headers.set("x", "y")
    response.content = "content"


def main(request, response):
    writer = response.writer
    name = request.GET.first(b"method").decode()
    raw = writer.write

    def replacement(*arguments):
        shown = " ".join(
            word.decode("latin-1") if isinstance(word, bytes) else str(word) for word in arguments
        )
        raw(f"<{name} {shown}>".replace("\r\n", "~"))
        return True

    setattr(writer, name, replacement)
    response.close_connection = True
    globals()[request.GET.first(b"act").decode()](response)
