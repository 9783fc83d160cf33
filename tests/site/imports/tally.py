"""A helper with state; no handler."""

count = 0


def next_count():
    global count
    count += 1
    return count
