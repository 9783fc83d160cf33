#!/usr/bin/env bash
# Falcon refuses a request for a file if its If-Modified-Since has one of the obsolete date formats, or no date.
#
# Expected: a recipient accepts all three formats of an HTTP date (RFC 9110, section 5.6.7), and ignores an
#   If-Modified-Since whose value is not a date (section 13.1.3).
# Seen: 400, "It must be formatted according to RFC 7231, Section 7.1.1.1", which has the same three formats.
# Package: falcon 4.4.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  falcon==4.4.0 || { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import os, sys

import falcon
from falcon.testing import TestClient

root = sys.argv[1]
os.mkdir(root)
with open(root + '/digits.txt', 'w') as file:
    file.write('0123456789')
os.utime(root + '/digits.txt', (784111777, 784111777))
app = falcon.App()
app.add_static_route('/', root)
client = TestClient(app)
for name, date in [('IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT'), ('RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT'),
                   ('asctime', 'Sun Nov  6 08:49:37 1994'), ('no date', 'never')]:
    result = client.simulate_get('/digits.txt', headers={'If-Modified-Since': date})
    print(f'{name}: {result.status_code} {result.json["title"] if result.status_code == 400 else ""}'.rstrip())
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp/root" 2>&1) || true
described='IMF-fixdate: 304
RFC 850: 400 Invalid header value
asctime: 400 Invalid header value
no date: 400 Invalid header value'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
