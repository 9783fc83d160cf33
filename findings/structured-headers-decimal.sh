#!/usr/bin/env bash
# structured-headers writes some decimals with a point and no digit after it.
#
# Expected: RFC 9651, section 4.1.5, rounds a Decimal to three places and writes `.0` when nothing is left of the
#   fraction. The readme names two differences from the RFC in the serializer; this is neither of them.
# Seen: 1.0004 becomes `1.`, which no recipient accepts: a Decimal must not end with its point (section 4.2.4). The
#   parser of the same package refuses the result.
# Package: structured-headers 2.1.0 (npm), on Node.js 20. Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts structured-headers@2.1.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/write.mjs" <<'JS'
import { parseItem, serializeItem } from 'structured-headers';
for (const value of [1.5, 1.0006, 1.0004, -2.0001, 0.0001]) {
  const text = serializeItem(value);
  let read;
  try {
    read = parseItem(text)[0];
  } catch {
    read = 'an error';
  }
  console.log(`${value} is written as ${text} and read back as ${read}`);
}
JS
seen=$(timeout 60 node "$tmp/write.mjs" 2>&1) || true
described='1.5 is written as 1.5 and read back as 1.5
1.0006 is written as 1.001 and read back as 1.001
1.0004 is written as 1. and read back as an error
-2.0001 is written as -2. and read back as an error
0.0001 is written as 0. and read back as an error'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
