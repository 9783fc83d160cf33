#!/usr/bin/env bash
# Parsers of media types take quoted parameters apart.
#
# Expected: a parameter's value may be a quoted string (RFC 9110, section 8.3.1), in which a semicolon or a space is
#   part of the value, and a backslash quotes the next character (section 5.6.4). The boundary of a multipart type may
#   have a space, and its case counts (RFC 2046, section 5.1.1). A subtype may have several dots (RFC 6838, section
#   4.2). The readmes promise to parse a Content-Type field or media type.
# Seen: content-type-parser cuts the value at a space or a semicolon, and leaves its first quote. contenttype cuts it at
#   a semicolon, leaves quotes and backslash, and has an error for a subtype with two dots. media-type and mediatype end
#   the value at an escaped quote. These three have the boundary in lower case. medium-type does all of it right.
# Packages: content-type-parser 1.0.2, media-type 1.0.1, medium-type 1.0.0 (npm), on Node.js 20, contenttype 0.1.3,
#   mediatype 0.1.6 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts content-type-parser@1.0.2 \
  media-type@1.0.1 medium-type@1.0.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  contenttype==0.1.3 mediatype==0.1.6 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/parse.mjs" <<'JS'
import contentTypeParser from 'content-type-parser';
import { MediaType } from 'media-type';
import MediumType from 'medium-type';

const parameter = (value) => /; (\w+)/.exec(value)[1];
const PARSERS = {
  'content-type-parser': (value) => contentTypeParser(value).get(parameter(value)),
  'media-type': (value) => MediaType.parse(value).parameters.get(parameter(value)),
  'medium-type': (value) => new MediumType(value).parameters[parameter(value)],
};
for (const [name, parse] of Object.entries(PARSERS)) {
  for (const value of process.argv.slice(2)) console.log(`${name}: ${value}: ${parse(value)}`);
}
JS
cat > "$tmp/parse.py" <<'PY'
import re, sys

import contenttype, mediatype


def parameter(value):
    return re.search(r'; (\w+)', value)[1]


for name, parse in [
    ('contenttype', lambda value: contenttype.parse(value).parameters[parameter(value)]),
    ('mediatype', lambda value: mediatype.parse(value).parameters[parameter(value)]),
]:
    for value in sys.argv[1:]:
        try:
            print(f'{name}: {value}: {parse(value)}')
        except Exception as error:
            print(f'{name}: {value}: {type(error).__name__}: {error}')
PY
values=('text/x; a=b' 'text/x; a="b"' 'multipart/x; boundary="b c"' 'multipart/x; boundary=BC' 'text/x; a="b;c"'
  'text/x; a="b\"c"' 'application/x.y.z; a=b')
seen=$(timeout 60 node "$tmp/parse.mjs" "${values[@]}" 2>&1
  PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/parse.py" "${values[@]}" 2>&1) || true
described='content-type-parser: text/x; a=b: b
content-type-parser: text/x; a="b": b
content-type-parser: multipart/x; boundary="b c": "b
content-type-parser: multipart/x; boundary=BC: BC
content-type-parser: text/x; a="b;c": "b
content-type-parser: text/x; a="b\"c": b"c
content-type-parser: application/x.y.z; a=b: b
media-type: text/x; a=b: b
media-type: text/x; a="b": b
media-type: multipart/x; boundary="b c": b c
media-type: multipart/x; boundary=BC: bc
media-type: text/x; a="b;c": b;c
media-type: text/x; a="b\"c": b\
media-type: application/x.y.z; a=b: b
medium-type: text/x; a=b: b
medium-type: text/x; a="b": b
medium-type: multipart/x; boundary="b c": b c
medium-type: multipart/x; boundary=BC: BC
medium-type: text/x; a="b;c": b;c
medium-type: text/x; a="b\"c": b"c
medium-type: application/x.y.z; a=b: b
contenttype: text/x; a=b: b
contenttype: text/x; a="b": "b"
contenttype: multipart/x; boundary="b c": "b c"
contenttype: multipart/x; boundary=BC: bc
contenttype: text/x; a="b;c": "b
contenttype: text/x; a="b\"c": "b\"c"
contenttype: application/x.y.z; a=b: ValueError: too many values to unpack (expected 2)
mediatype: text/x; a=b: b
mediatype: text/x; a="b": b
mediatype: multipart/x; boundary="b c": b c
mediatype: multipart/x; boundary=BC: bc
mediatype: text/x; a="b;c": b;c
mediatype: text/x; a="b\"c": b\
mediatype: application/x.y.z; a=b: b'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
