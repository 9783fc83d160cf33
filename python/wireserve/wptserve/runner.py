"""The manifest of WPT's test runner, which is not part of the reference's package.

The runner's script, `tools/runner/update_manifest.py`, lists all tests of a checkout. It would write the list,
and what it remembers of files, into the checkout.
"""

import os
import shutil


def keep_manifest(names, folder):
    """Lets a script whose body has run, with these globals, write its manifest to a folder."""
    module = names.get("manifest")
    if hasattr(module, "load_and_update"):
        names["manifest"] = KeptElsewhere(module, folder)


class KeptElsewhere:
    """WPT's module `manifest`, for manifests in another folder."""

    def __init__(self, module, folder):
        self._module = module
        self._folder = folder

    def __getattr__(self, name):
        return getattr(self._module, name)

    def load_and_update(self, tests_root, manifest_path, url_base, **options):
        """The up-to-date manifest. One that is in the checkout already is where it starts from."""
        os.makedirs(self._folder, exist_ok=True)
        path = os.path.join(self._folder, os.path.basename(manifest_path))
        if not os.path.exists(path) and os.path.exists(manifest_path):
            shutil.copyfile(manifest_path, path)
        options.setdefault("cache_root", self._folder)
        return self._module.load_and_update(tests_root, path, url_base, **options)
