"""Closes the connection without a byte, as WPT's own scripts do: the client sees a network error."""


def main(request, response):
    response.writer.write("")
    response.close_connection = True
    return "never sent"
