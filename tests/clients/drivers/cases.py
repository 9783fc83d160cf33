"""Python clients meet cases: the arguments are `URL` or `URL,URL`, the outcome of each is a line.

A second URL is asked for behind the first with the same client. What a client does within the time
that an answer may take, it does with its own defaults.
"""

import json
import signal
import sys
import time

ANSWER_WITHIN = 3
# What the server sends behind an answer has come by then.
BETWEEN_REQUESTS = 0.3


class Hang(BaseException):
    """No `Exception`, so that no client takes it for a failure to try again after."""


def meet(client):
    """`client()` gives a function from a URL to a response and what reads its content."""
    signal.signal(signal.SIGALRM, give_up)
    for case in sys.argv[1:]:
        ask = client()
        outcomes = []
        for url in case.split(","):
            if outcomes:
                time.sleep(BETWEEN_REQUESTS)
            outcomes.append(outcome(ask, url))
        print(", then ".join(outcomes), flush=True)


def outcome(ask, url):
    seen = ""
    signal.setitimer(signal.ITIMER_REAL, ANSWER_WITHIN)
    try:
        response, read = ask(url)
        seen = f"{response.status} "
        text = seen + json.dumps(read().decode("latin-1"))
        field = response.headers.get("X-T")
        return text if field is None else f"{text} x-t={json.dumps(field)}"
    except Hang:
        return seen + "hang"
    except Exception as error:
        return f"{seen}error {name(error)}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def name(error):
    """Its type and those of the exceptions that it is about."""
    inner = [part for part in (getattr(error, "reason", None), *error.args) if isinstance(part, Exception)]
    return " ".join([type(error).__name__, *map(name, inner[:1])])


def give_up(*_):
    raise Hang
