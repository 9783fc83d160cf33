#!/usr/bin/env bash
# The MultipartDecoder of requests-toolbelt reads text around the parts as parts.
#
# Expected: the decoder "parses the multipart payload" of a response. In RFC 2046, section 5.1.1, text before the first
#   delimiter (preamble) and after the closing one (epilogue) belongs to no part and is ignored.
# Seen: a preamble raises ImproperBodyPartContentException. A line in the epilogue that looks like a delimiter, but is
#   only text there, starts an additional part.
# Package: requests-toolbelt 1.0.0 with requests 2.34.2 (PyPI). Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  requests-toolbelt==1.0.0 requests==2.34.2 || { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/read.py" <<'PY'
from requests_toolbelt.multipart.decoder import MultipartDecoder

PART = '--x\r\nContent-Range: bytes 0-1/9\r\n\r\nhi\r\n'
for name, body in [
    ('parts only', PART + '--x--\r\n'),
    ('preamble', 'Two parts follow.\r\n' + PART + '--x--\r\n'),
    ('epilogue', PART + '--x--\r\nThe end.\r\n'),
    ('delimiter in the epilogue', PART + '--x--\r\n--x\r\nThe end: soon.\r\n\r\nBye.'),
]:
    try:
        seen = [part.content for part in MultipartDecoder(body.encode(), 'multipart/byteranges; boundary=x').parts]
    except Exception as error:
        seen = type(error).__name__
    print(f'{name}: {seen}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" 2>&1) || true
described="parts only: [b'hi']
preamble: ImproperBodyPartContentException
epilogue: [b'hi']
delimiter in the epilogue: [b'hi', b'Bye.']"

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
