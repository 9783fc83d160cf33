#!/usr/bin/env bash
# parse-content-range-header loses the length that a 416 response tells.
#
# Expected: the readme promises to parse a Content-Range field. RFC 9110, section 14.4 has two forms of it: a range with the
#   complete length, and for a 416 `*/` with the complete length alone, which tells the client what it may ask for.
# Seen: of `bytes */1234` the unit is left; first, last and length are null, without an error. With a range, the length is
#   there.
# Package: parse-content-range-header 0.2.4 (npm), on Node.js 20. Date: 2026-11-30.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts parse-content-range-header@0.2.4 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/read.cjs" <<'JS'
const found = require('parse-content-range-header');
const parse = found.parseContentRange || found.default || found;
for (const value of ['bytes 0-99/1234', 'bytes 0-99/*', 'bytes */1234']) {
  const { unit, first, last, length } = parse(value);
  console.log(`${value}: ${unit} ${first} ${last} ${length}`);
}
JS
seen=$(timeout 60 node "$tmp/read.cjs" 2>&1) || true
described='bytes 0-99/1234: bytes 0 99 1234
bytes 0-99/*: bytes 0 99 null
bytes */1234: bytes null null null'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
