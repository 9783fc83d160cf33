#!/usr/bin/env bash
# http-link-header joins a parameter without a value to whatever follows it.
#
# Expected: the readme promises RFC 8288 and lists one deviation, about relative references. Section 3 makes the value
#   of a link parameter optional: `crossorigin` alone is valid, and usual in preload links.
# Seen: the next parameter gets the name `crossorigin; as`, and its own name is lost. If the flag ends a link, the next
#   link of the list disappears into the name. Only a flag at the very end of the field is read as such.
# Package: http-link-header 1.1.4 (npm), on Node.js 20. Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts http-link-header@1.1.4 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/read.cjs" <<'JS'
const link = require('http-link-header');
for (const value of [
  '</f>; rel=preload; as=font; crossorigin',
  '</f>; rel=preload; crossorigin; as=font',
  '</f>; rel=preload; crossorigin, </g>; rel=next',
]) {
  console.log(JSON.stringify(link.parse(value).refs));
}
JS
seen=$(timeout 60 node "$tmp/read.cjs" 2>&1) || true
described='[{"uri":"/f","rel":"preload","as":"font","crossorigin":""}]
[{"uri":"/f","rel":"preload","crossorigin; as":"font"}]
[{"uri":"/f","rel":"preload","crossorigin, </g>; rel":"next"}]'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
