"""Lists the pages in `scopes`, in a file and with a second file that helps to do it faster."""

import json
import os


def load_and_update(tests_root, manifest_path, url_base, cache_root=None, parallel=True):
    """The URLs of the pages, which are also written to `manifest_path`."""
    folder = os.path.join(tests_root, "scopes")
    urls = sorted(
        url_base + "scopes/" + name[:-len(".any.js")] + ".any.html"
        for name in os.listdir(folder) if name.startswith("run-") and name.endswith(".any.js"))
    cache_root = cache_root or os.path.join(tests_root, ".wptcache")
    for path, value in [
        (manifest_path, urls),
        (os.path.join(cache_root, "times.json"), len(urls)),
    ]:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file)
    return urls
