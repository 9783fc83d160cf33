"""A handler in one line."""

main = lambda request, response: b"a lambda"  # noqa: E731
