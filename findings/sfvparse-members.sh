#!/usr/bin/env bash
# sfvparse refuses dictionaries and parameters without a value, and does not decode byte sequences.
#
# Expected: the readme promises a parser of RFC 8941. There a dictionary member without `=` is true (section 3.2), as
#   in `u=1, i` of RFC 9218; a parameter may be false, and the last of two with one key counts (section 3.1.2); the
#   value of a byte sequence is what its base64 stands for (section 4.2.7).
# Seen: each is a ValueError, and of `:aGVsbG8=:` the value is the base64 text, which is encoded again on the way
#   back. http-sf reads them all.
# Packages: sfvparse 0.1.0, http-sf 1.5.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  sfvparse==0.1.0 http-sf==1.5.0 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/read.py" <<'PY'
import http_sf, sfvparse

WAYS = {
    'dictionary': lambda field: sfvparse.serialize_dict(sfvparse.parse_dict(field)),
    'item': lambda field: sfvparse.serialize_item(sfvparse.parse_item(field)),
}
for kind, field in [
    ('dictionary', 'u=1, i=?0'),
    ('dictionary', 'u=1, i'),
    ('dictionary', 'u=1;x, v=2'),
    ('item', 'a;x;y=1'),
    ('item', 'a;y=?0'),
    ('item', 'a;y=1;y=2'),
    ('item', ':aGVsbG8=:'),
]:
    try:
        found = WAYS[kind](field).decode()
    except ValueError as error:
        found = f'ValueError {str(error).split(":")[0]}'
    print(f'{field}: {found}, by http-sf {http_sf.ser(http_sf.parse(field.encode(), tltype=kind))}')
print(sfvparse.parse_item(':aGVsbG8=:'), http_sf.parse(b':aGVsbG8=:', tltype='item'))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" 2>&1) || true
described='u=1, i=?0: u=1, i=?0, by http-sf u=1, i=?0
u=1, i: ValueError expected '\''='\'' after dictionary key '\''i'\'' at position 6, by http-sf u=1, i
u=1;x, v=2: u=1; x, v=2, by http-sf u=1;x, v=2
a;x;y=1: a; x; y=1, by http-sf a;x;y=1
a;y=?0: ValueError boolean False not allowed as parameter value, by http-sf a;y=?0
a;y=1;y=2: ValueError duplicate parameter, by http-sf a;y=2
:aGVsbG8=:: :YUdWc2JHOD0=:, by http-sf :aGVsbG8=:
{'\''value'\'': b'\''aGVsbG8='\'', '\''params'\'': {}} (b'\''hello'\'', {})'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
