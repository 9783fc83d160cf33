#!/usr/bin/env bash
# li drops a link whose parameter has white space before its semicolon, or a name in upper case.
#
# Expected: the readme promises Link fields of RFC 5988, now RFC 8288. Its section 3 allows white space on both sides of the
#   semicolon, and its appendix B.3 reads names of parameters in lower case.
# Seen: `</b> ; rel=next` and `</b>; REL=next` yield no link, without an error; so in a list, where the other links stay.
# Package: li 1.3.0 (npm), on Node.js 20. Date: 2026-11-30.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts li@1.3.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/read.cjs" <<'JS'
const li = require('li');
for (const value of ['</b>; rel=next', '</b> ; rel=next', '</b>; REL=next', '</a>; rel=prev, </b> ; rel=next']) {
  console.log(`${value}: ${JSON.stringify(li.parse(value))}`);
}
JS
seen=$(timeout 60 node "$tmp/read.cjs" 2>&1) || true
described='</b>; rel=next: {"next":"/b"}
</b> ; rel=next: {}
</b>; REL=next: {}
</a>; rel=prev, </b> ; rel=next: {"prev":"/a"}'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
