#!/usr/bin/env bash
# warcio adds trailer fields to the content of a recorded response.
#
# Expected: the README says that reading a record removes the chunked coding. RFC 9112, section 7.1.3, ends the content
#   at the last chunk and reads the trailer section apart from it.
# Seen: the last chunk and the rest of the trailer section become the end of the content, with the first bytes of the
#   field lost. Without a trailer field, the same record yields the content alone.
# Package: warcio 1.8.1 with six 1.17.0 (PyPI). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  warcio==1.8.1 six==1.17.0 || { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/read.py" <<'PY'
import io
from warcio.archiveiterator import ArchiveIterator


def content(trailer):
    block = (b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
             b'5\r\nhello\r\n0\r\n' + trailer + b'\r\n')
    record = (b'WARC/1.1\r\nWARC-Type: response\r\n'
              b'WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n'
              b'WARC-Target-URI: http://example.test/\r\nWARC-Date: 2026-11-29T00:00:00Z\r\n'
              b'Content-Type: application/http;msgtype=response\r\n'
              b'Content-Length: %d\r\n\r\n' % len(block) + block + b'\r\n\r\n')
    return [r.content_stream().read() for r in ArchiveIterator(io.BytesIO(record))]


print('no trailer field:', content(b''))
print('a trailer field: ', content(b'Checksum: abc\r\n'))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" 2>&1) || true
described="no trailer field: [b'hello']
a trailer field:  [b'hello0\\r\\necksum: abc\\r\\n\\r\\n']"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
