#!/usr/bin/env bash
# Parsers of Prefer, Warning, Accept, Cache-Control and other fields lose what stands in, or after, a quoted string.
#
# Expected: a value may be a quoted string, in which a comma or a semicolon is part of the value, and a backslash quotes
#   the next character (RFC 9110, sections 5.6.4, 5.6.6 and 12.5.1; RFC 7240, section 2; RFC 9111, section 5.2). So may
#   the text of a warning, whose agent may have a port, and whose date may be missing (RFC 7234, section 5.5). The
#   readme of parse-prefer-header promises to handle quoting, and the others to parse these fields.
# Seen: parse-prefer-header loses such a preference, and the next one. warning-header-parser loses the warning with a
#   port, and leaves quotes or a comma without a date. parse-http-header, pyheaderparse and accept divide at a comma or
#   a semicolon within the quotes, and leave quotes or backslash; accept fails at a semicolon. preferhdr reads Prefer
#   as described.
# Packages: parse-prefer-header 1.0.0, warning-header-parser 2.0.0, parse-http-header 1.0.1 (npm), on Node.js 20,
#   pyheaderparse 1.0.7, accept 0.1.0, preferhdr 1.0.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts parse-prefer-header@1.0.0 \
  warning-header-parser@2.0.0 parse-http-header@1.0.1 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  pyheaderparse==1.0.7 accept==0.1.0 preferhdr==1.0.0 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/read.mjs" <<'JS'
import parseHttpHeader from 'parse-http-header';
import parsePrefer from 'parse-prefer-header';
import parseWarning from 'warning-header-parser';

const print = (name, parse, ...values) => {
  for (const value of values) console.log(`${name}: ${value} -> ${JSON.stringify(parse(value))}`);
};
print('parse-prefer-header', parsePrefer, 'a="b, c"', 'a="b\\"c"', 'a="b\\", c", d=1');
const date = '"Sun, 06 Nov 1994 08:49:37 GMT"';
const values = (value) => parseWarning(value).map(Object.values);
print('warning-header-parser', values, `199 h "a" ${date}`, '199 h "a"', '199 h "a", 299 h "b"', `199 h:80 "a" ${date}`,
  '199 h "a \\"b\\""');
const named = (value) => parseHttpHeader(value)[/; (\w+)/.exec(value)[1]];
print('parse-http-header', named, 'x; a=b', 'x; a="b"', 'x; a="b;c"', 'x; a="b\\"c"');
JS
cat > "$tmp/read.py" <<'PY'
import json

import accept, parser_header, preferhdr


def show(name, parse, *values):
    for value in values:
        try:
            print(f'{name}: {value} -> {json.dumps(parse(value))}')
        except Exception as error:
            print(f'{name}: {value} -> {type(error).__name__}: {error}')


def field(name):
    def parse(value):
        parsed = parser_header.HeaderParser(f'{name}: {value}\r\n')[name]
        return getattr(parsed, 'params', parsed)

    return parse


show('pyheaderparse', field('content-type'), 'text/x; a="b"', 'text/x; a="b;c"', r'text/x; a="b\"c"')
show('pyheaderparse', field('cache-control'), 'no-cache="a, b", max-age=1')
show('pyheaderparse', field('accept'), 'text/x;a="b,c";q=0.5')
show('accept', lambda value: [(media.media_type, dict(media.params), media.q) for media in accept.parse(value)],
     'text/x;a="b";q=0.5', 'text/x;a="b,c/d";q=0.5', 'text/x;a="b;c"', r'text/x;a="b\"c"')
show('preferhdr', lambda value: [(preference.token, preference.value) for preference in preferhdr.parse(value)],
     'a="b, c"', r'a="b\"c"', r'a="b\", c", d=1')
PY
seen=$(timeout 60 node --no-deprecation "$tmp/read.mjs" 2>&1
  PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" 2>&1) || true
described='parse-prefer-header: a="b, c" -> {"a":"b, c"}
parse-prefer-header: a="b\"c" -> {}
parse-prefer-header: a="b\", c", d=1 -> {"a":"b\\"}
warning-header-parser: 199 h "a" "Sun, 06 Nov 1994 08:49:37 GMT" -> [["199","h","a","Sun, 06 Nov 1994 08:49:37 GMT"]]
warning-header-parser: 199 h "a" -> [["199","h","a\"",null]]
warning-header-parser: 199 h "a", 299 h "b" -> [["199","h","a\",",null],["299","h","b\"",null]]
warning-header-parser: 199 h:80 "a" "Sun, 06 Nov 1994 08:49:37 GMT" -> []
warning-header-parser: 199 h "a \"b\"" -> [["199","h","a \\\"b\\\"\"",null]]
parse-http-header: x; a=b -> "b"
parse-http-header: x; a="b" -> "\"b\""
parse-http-header: x; a="b;c" -> "\"b"
parse-http-header: x; a="b\"c" -> "\"b\\\"c\""
pyheaderparse: text/x; a="b" -> {"a": "b"}
pyheaderparse: text/x; a="b;c" -> {"a": "b"}
pyheaderparse: text/x; a="b\"c" -> {"a": "b\\\"c"}
pyheaderparse: no-cache="a, b", max-age=1 -> {"no-cache": "\"a", "b\"": true, "max-age": 1}
pyheaderparse: text/x;a="b,c";q=0.5 -> [{"type": "text/x", "q": 1.0, "a": "\"b"}, {"type": "c\"", "q": 0.5}]
accept: text/x;a="b";q=0.5 -> [["text/x", {"a": "b"}, 0.5]]
accept: text/x;a="b,c/d";q=0.5 -> [["text/x", {"a": "b"}, 1.0], ["c/d\"", {}, 0.5]]
accept: text/x;a="b;c" -> ValueError: not enough values to unpack (expected 2, got 1)
accept: text/x;a="b\"c" -> [["text/x", {"a": "b\\\"c"}, 1.0]]
preferhdr: a="b, c" -> [["a", "b, c"]]
preferhdr: a="b\"c" -> [["a", "b\"c"]]
preferhdr: a="b\", c", d=1 -> [["a", "b\", c"], ["d", "1"]]'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
