"""Keeps its response (`?do=keep`); later (`?do=write`) answers with what writing to it returned.

With `?do=keep-in-thread` a separate thread keeps it, and writes at `?do=write-in-thread`.
"""

import threading

import kept


def write_late(response):
    writer = response.writer
    calls = [
        lambda: writer.write("stray"),
        lambda: writer.write_content("stray"),
        lambda: writer.write_header("Stray", "stray"),
        lambda: writer.end_headers(),
        lambda: writer.flush(),
        lambda: writer.write("stray" * 100000),
    ]
    return [call() for call in calls]


def wait_and_write(response):
    kept.asked.wait()
    kept.results = write_late(response)


def main(request, response):
    do = request.GET.first(b"do")
    if do == b"keep":
        kept.response = response
        return "kept"
    if do == b"keep-in-thread":
        kept.asked = threading.Event()
        kept.thread = threading.Thread(target=wait_and_write, args=(response,))
        kept.thread.start()
        return "kept"
    if do == b"write-in-thread":
        kept.asked.set()
        kept.thread.join()
        return repr(kept.results)
    return repr(write_late(kept.response))
