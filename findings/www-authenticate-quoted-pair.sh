#!/usr/bin/env bash
# www-authenticate does not read a challenge whose realm has an escaped quote.
#
# Expected: the readme promises to parse WWW-Authenticate, and lists what it does not support: several challenges, auth-int.
#   A realm is a quoted string (RFC 9110, section 11.5), in which a backslash escapes a quote (section 5.6.4).
# Seen: `Basic realm="a \"b\""` ends in the error "Unexpected token" and has neither scheme nor realm. An escaped letter
#   keeps its backslash.
# Package: www-authenticate 0.6.3 (npm), on Node.js 20. Date: 2026-11-30.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts www-authenticate@0.6.3 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/read.cjs" <<'JS'
const { parsers } = require('www-authenticate');
for (const value of ['Basic realm="a b"', 'Basic realm="a \\"b\\""', 'Basic realm="a \\b"']) {
  const { scheme, parms, err } = new parsers.WWW_Authenticate(value);
  console.log(`${value}: ${JSON.stringify([scheme, parms.realm, err ? 'error' : 'no error'])}`);
}
JS
seen=$(timeout 60 node "$tmp/read.cjs" 2>&1) || true
described='Basic realm="a b": ["Basic","a b","no error"]
Basic realm="a \"b\"": ["",null,"error"]
Basic realm="a \b": ["Basic","a \\b","no error"]'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
