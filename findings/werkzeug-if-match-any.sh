#!/usr/bin/env bash
# Werkzeug takes `If-Match: *` for an entity tag that matches nothing, and sends the file with the refusal.
#
# Expected: `If-Match: *` is true if there is a representation at all (RFC 9110, section 13.1.1): 200 for a file that
#   exists. `If-None-Match: *` is false for it, and both servers answer that with 304.
# Seen: 412, with the whole file as its content, from Flask and Quart, as for an entity tag that differs.
# Packages: Werkzeug 3.1.7, Flask 3.1.3, Quart 0.22.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  Werkzeug==3.1.7 Flask==3.1.3 Quart==0.22.0 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import asyncio, os, sys

import flask, quart

root = sys.argv[1]
os.mkdir(root)
with open(root + '/digits.txt', 'w') as file:
    file.write('0123456789')

of_flask = flask.Flask('site', static_folder=root, static_url_path='').test_client()
of_quart = quart.Quart('site', static_folder=root, static_url_path='').test_client()
tag = of_flask.get('/digits.txt').headers['ETag']


async def ask_quart(headers):
    response = await of_quart.get('/digits.txt', headers=headers)
    return response.status_code, await response.get_data()


for field in ['If-Match', 'If-None-Match']:
    for name, value in [('the same tag', tag), ('another tag', '"other"'), ('*', '*')]:
        headers = {field: value}
        response = of_flask.get('/digits.txt', headers=headers)
        status, content = asyncio.run(ask_quart(headers))
        print(f'{field}, {name}: Flask {response.status_code} {response.data}, Quart {status} {content}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp/root" 2>&1) || true
described="If-Match, the same tag: Flask 200 b'0123456789', Quart 200 b'0123456789'
If-Match, another tag: Flask 412 b'0123456789', Quart 412 b'0123456789'
If-Match, *: Flask 412 b'0123456789', Quart 412 b'0123456789'
If-None-Match, the same tag: Flask 304 b'', Quart 304 b''
If-None-Match, another tag: Flask 200 b'0123456789', Quart 200 b'0123456789'
If-None-Match, *: Flask 304 b'', Quart 304 b''"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
