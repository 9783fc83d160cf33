"""How many pieces have been written; a module is loaded once, so all requests see the same."""

written = 0
