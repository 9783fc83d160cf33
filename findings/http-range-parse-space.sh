#!/usr/bin/env bash
# http-range-parse reads a suffix range after a space as a range with an end and no start.
#
# Expected: the readme promises RFC 7233, where white space may follow a comma in the list of ranges (section 2.1 with
#   RFC 7230, section 7; today RFC 9110, sections 14.1.1 and 5.6.1). `0-0, -1` asks for the first and the last byte.
# Seen: with the space, the last range is { first: NaN, last: 1 }, without an error; without it, { suffix: 1 }.
# Package: http-range-parse 1.0.0 (npm), on Node.js 20. Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts http-range-parse@1.0.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/read.cjs" <<'JS'
const { inspect } = require('node:util');
const parse = require('http-range-parse');
for (const value of ['bytes=0-0,-1', 'bytes=0-0, -1', 'bytes=0-0, 5-6', 'bytes=0-0, 5-']) {
  console.log(`${value}: ${inspect(parse(value).ranges[1])}`);
}
JS
seen=$(timeout 60 node "$tmp/read.cjs" 2>&1) || true
described='bytes=0-0,-1: { suffix: 1 }
bytes=0-0, -1: { first: NaN, last: 1 }
bytes=0-0, 5-6: { first: 5, last: 6 }
bytes=0-0, 5-: { first: 5 }'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
