"""A front end: a process for each port, which gets routes and a configuration, and a stash that all of them share."""

import multiprocessing
import os
import sys
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "wptserve"))

from wptserve import config, handlers, stash
from wptserve import server as wptserve

KEY = "3f0c2b57-0000-4000-8000-000000000000"


def keep(request, response):
    request.server.stash.put(KEY, "first")


def show(request, response):
    return "%s %s" % (request.server.config["shown_name"], request.server.stash.take(KEY, "/keep"))


class Named(config.ConfigBuilder):
    _default = {**config.ConfigBuilder._default, "shown_name": None}


def serve(name, routes, settings, port, stopping):
    httpd = wptserve.WebTestHttpd(host="127.0.0.1", port=0, doc_root=ROOT, routes=routes, config=settings)
    httpd.start()
    port.put(httpd.port)
    stopping.wait()
    httpd.stop()


def run(method):
    context = multiprocessing.get_context(method)
    routes = [("POST", "/keep", handlers.handler(keep)), ("GET", "/show", handlers.handler(show))]
    with stash.StashServer(authkey="a key", mp_context=context):
        for name in ("http", "http-private"):
            port, stopping = context.Queue(), context.Event()
            with Named(logger(), shown_name=name) as settings:
                process = context.Process(target=serve, args=(name, routes, settings, port, stopping))
                process.start()
                url = "http://127.0.0.1:%d" % port.get()
                urllib.request.urlopen(url + "/keep", data=b"").close()
                with urllib.request.urlopen(url + "/show") as response:
                    print(response.read().decode(), flush=True)
                stopping.set()
                process.join()


def logger():
    import logging

    return logging.getLogger("front end")
