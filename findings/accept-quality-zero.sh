#!/usr/bin/env bash
# accept-types and accept-language-parser choose what a request refuses with `q=0`.
#
# Expected: `q=0` means "not acceptable" (RFC 9110, section 12.4.2). accept-types returns "only one of the acceptable
#   types" or None; `pick` of accept-language-parser returns null if nothing matches.
# Seen: both return the type or language with `q=0`, accept-types even before one that `*/*` accepts.
# Packages: accept-types 0.4.1 (PyPI), accept-language-parser 1.5.0 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" accept-types==0.4.1 ||
  { echo 'cannot install the package' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts accept-language-parser@1.5.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/types.py" <<'PY'
from accept_types import get_best_match

for field in ['text/html;q=0.5, application/json', 'text/html;q=0', 'text/html;q=0, */*']:
    print(f'{field}: {get_best_match(field, ["text/html", "application/json"])}')
PY
cat > "$tmp/languages.cjs" <<'JS'
const { pick } = require('accept-language-parser');

for (const [offered, field] of [
  [['fr', 'en'], 'fr;q=0.5, en'],
  [['fr'], 'en'],
  [['fr'], 'fr;q=0'],
  [['fr'], 'en, fr;q=0.000'],
]) {
  console.log(`${field}: ${pick(offered, field)} of ${offered}`);
}
JS
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/types.py" 2>&1; timeout 60 node "$tmp/languages.cjs" 2>&1) || true
described='text/html;q=0.5, application/json: application/json
text/html;q=0: text/html
text/html;q=0, */*: text/html
fr;q=0.5, en: en of fr,en
en: null of fr
fr;q=0: fr of fr
en, fr;q=0.000: fr of fr'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
