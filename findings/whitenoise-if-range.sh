#!/usr/bin/env bash
# WhiteNoise answers Range with a part although If-Range names another version of the file.
#
# Expected: a recipient ignores Range when If-Range does not match (RFC 9110, section 13.1.5) and sends the whole file,
#   so that a client which resumes a download never joins two versions. WhiteNoise sends ETag and Last-Modified, and
#   compares If-None-Match and If-Modified-Since with them.
# Seen: 206 with the part, whether If-Range holds another entity tag, an old date or the current entity tag.
# Package: whitenoise 6.12.0 (PyPI). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  whitenoise==6.12.0 || { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import os, sys
from wsgiref.util import setup_testing_defaults
from whitenoise import WhiteNoise

os.mkdir(sys.argv[1])
with open(sys.argv[1] + '/digits.txt', 'w') as file:
    file.write('0123456789')
server = WhiteNoise(None, root=sys.argv[1])


def ask(**fields):
    environ = {'PATH_INFO': '/digits.txt', **{'HTTP_' + name: value for name, value in fields.items()}}
    setup_testing_defaults(environ)
    head = []
    content = b''.join(server(environ, lambda status, headers: head.extend([status, dict(headers)])))
    return head[0], head[1], content


etag = ask()[1]['ETag']
print('If-None-Match, same tag:', ask(IF_NONE_MATCH=etag)[0])
for name, value in [('no If-Range', None), ('If-Range, same tag', etag), ('If-Range, another tag', '"other"'),
                    ('If-Range, old date', 'Sun, 06 Nov 1994 08:49:37 GMT')]:
    status, headers, content = ask(RANGE='bytes=5-', **({'IF_RANGE': value} if value else {}))
    print(f'{name}: {status}, {headers.get("Content-Range")}, {content}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp/root" 2>&1) || true
described="If-None-Match, same tag: 304 Not Modified
no If-Range: 206 Partial Content, bytes 5-9/10, b'56789'
If-Range, same tag: 206 Partial Content, bytes 5-9/10, b'56789'
If-Range, another tag: 206 Partial Content, bytes 5-9/10, b'56789'
If-Range, old date: 206 Partial Content, bytes 5-9/10, b'56789'"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
