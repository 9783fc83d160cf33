"""urllib3: a `PoolManager` for a case, with its own retries."""

import urllib3

from cases import meet


def client():
    pool = urllib3.PoolManager()

    def ask(url):
        response = pool.request("GET", url)
        return response, lambda: response.data

    return ask


meet(client)
