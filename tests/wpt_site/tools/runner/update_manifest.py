"""Lists the tests, as the runner of a checkout does: with a manifest in the checkout."""

import importlib.util
import json
import os

here = os.path.dirname(__file__)
spec = importlib.util.spec_from_file_location(
    "localpaths", os.path.join(here, os.pardir, "localpaths.py"))
localpaths = importlib.util.module_from_spec(spec)
spec.loader.exec_module(localpaths)

from manifest import manifest


def main(request, response):
    path = os.path.join(localpaths.repo_root, "MANIFEST.json")
    urls = manifest.load_and_update(localpaths.repo_root, path, "/", parallel=False)
    return [("Content-Type", "application/json")], json.dumps(urls)
