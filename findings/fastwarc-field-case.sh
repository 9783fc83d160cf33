#!/usr/bin/env bash
# fastwarc overlooks the type, length and media type of a WARC record whose field names are in lower case.
#
# Expected: names of WARC fields are case-insensitive (WARC/1.1, section 4), and fastwarc's readme says that it
#   supports such streams.
# Seen: with `warc-type`, a record is of unknown type and left out if only responses are asked for; with
#   `content-type`, it is not taken for HTTP; `content-length` is an error. `warc-date` and `warc-target-uri` are
#   found, and warcio reads all of them.
# Packages: fastwarc 2.0.1, warcio 1.8.1 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  fastwarc==2.0.1 warcio==1.8.1 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/read.py" <<'PY'
import io

import fastwarc.warc, warcio.archiveiterator

HTTP = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
FIELDS = {
    'WARC-Type': 'response',
    'WARC-Record-ID': '<urn:uuid:12345678-1234-1234-1234-123456789abc>',
    'WARC-Date': '2026-01-02T03:04:05Z',
    'WARC-Target-URI': 'http://example.com/',
    'Content-Type': 'application/http;msgtype=response',
    'Content-Length': str(len(HTTP)),
}


def with_fastwarc(file):
    read = fastwarc.warc.ArchiveIterator
    only = list(read(io.BytesIO(file), record_types=fastwarc.warc.WarcRecordType.response))
    for record in read(io.BytesIO(file)):
        status = record.http_headers.status_code if record.is_http else 'not HTTP'
        return f'{record.record_type}, {record.record_date.year}, {status}, responses {len(only)}'


def with_warcio(file):
    for record in warcio.archiveiterator.ArchiveIterator(io.BytesIO(file)):
        date = record.rec_headers.get_header('WARC-Date')
        return f'{record.rec_type}, {date[:4]}, {record.http_headers.get_statuscode()}'


for lower in ['', *FIELDS]:
    head = ''.join(f'{name.lower() if name == lower else name}: {value}\r\n' for name, value in FIELDS.items())
    file = f'WARC/1.1\r\n{head}\r\n'.encode() + HTTP + b'\r\n\r\n'
    found = []
    for read in (with_fastwarc, with_warcio):
        try:
            found.append(read(file))
        except OSError as error:
            found.append(str(error))
    print(f'{lower.lower() or "capital letters"}: fastwarc {found[0]}; warcio {found[1]}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" 2>&1) || true
described='capital letters: fastwarc response, 2026, 200, responses 1; warcio response, 2026, 200
warc-type: fastwarc unknown, 2026, 200, responses 0; warcio response, 2026, 200
warc-record-id: fastwarc response, 2026, 200, responses 1; warcio response, 2026, 200
warc-date: fastwarc response, 2026, 200, responses 1; warcio response, 2026, 200
warc-target-uri: fastwarc response, 2026, 200, responses 1; warcio response, 2026, 200
content-type: fastwarc response, 2026, not HTTP, responses 1; warcio response, 2026, 200
content-length: fastwarc Invalid WARC header; warcio response, 2026, 200'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
