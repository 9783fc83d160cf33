#!/usr/bin/env bash
# Parsers of curl commands make other requests of them than curl does.
#
# Expected: as the manual of curl says, several -d are one content, joined by `&`, and make the method POST; with -G
#   they become the query of a GET instead. The value of a short option may follow without a space, as in -XPUT. -u is
#   split at its first colon, and -b sends the field Cookie. The packages say that they parse curl commands.
# Seen: of several -d, four have only the last one, and two have GET. Five ignore -G, and curl-to-postmanv2 has its data
#   in the query and as content. Three lose the method of -XPUT. Of a password with a colon, two lose the rest, two make
#   a third part, and one has name and password unencoded as Authorization. Two make Set-Cookie of -b, and uncurl makes
#   content of it. "Refused" is an error, which may be for an option that is not supported.
# Packages: parse-curl 0.2.6, @bany/curl-to-json 1.2.10, curl-to-json-object 0.0.3, sweet-curl-parser 1.0.4,
#   curl-to-postmanv2 1.8.4, curl-parser-ts 0.3.0, @scrape-do/curl-parser 0.3.0 (npm), on Node.js 20, uncurl 0.0.11,
#   curlparser 0.1.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts parse-curl@0.2.6 \
  @bany/curl-to-json@1.2.10 curl-to-json-object@0.0.3 sweet-curl-parser@1.0.4 curl-to-postmanv2@1.8.4 \
  curl-parser-ts@0.3.0 @scrape-do/curl-parser@0.3.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" uncurl==0.0.11 \
  curlparser==0.1.0 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/read.cjs" <<'JS'
const bany = require('@bany/curl-to-json');
const jsonObject = require('curl-to-json-object');
const { parseCurlCommand } = require('curl-parser-ts');
const parseCurl = require('parse-curl');
const postman = require('curl-to-postmanv2');
const scrape = require('@scrape-do/curl-parser');
const sweet = require('sweet-curl-parser');

const pairs = (data) => (typeof data === 'object' ? new URLSearchParams(data).toString() : data);
const basic = (value) => (value?.startsWith('Basic ') ? atob(value.slice(6)) : value);
const fields = (header) => [
  header.Cookie && `Cookie ${header.Cookie}`, header['Set-Cookie'] && `Set-Cookie ${header['Set-Cookie']}`,
];
const READERS = {
  'parse-curl': (command) => {
    const { method, url, body, header } = parseCurl(command);
    return [method, url, body, basic(header.Authorization), ...fields(header)];
  },
  '@bany/curl-to-json': (command) => {
    const { method, url, params, data, user, cookie } = bany(command);
    return [method, params ? `${url}?${pairs(params)}` : url, pairs(data), user, cookie && `Cookie ${cookie}`];
  },
  'curl-to-json-object': (command) => {
    const { method, url, data, header } = jsonObject(command);
    return [method, url, data, header.Authorization && `Authorization ${header.Authorization}`, ...fields(header)];
  },
  'sweet-curl-parser': (command) => {
    const { method, url, body, authentication: auth, cookies } = sweet.parseCurl(command).data;
    return [method, url.fullUrl, body?.content, auth && `${auth.username}:${auth.password}`,
      cookies && `Cookie ${cookies.cookieString}`];
  },
  'curl-to-postmanv2': (command) => {
    let request;
    postman.convert({ type: 'string', data: command }, (error, result) => { request = result.output[0].data; });
    const { method, url, body, auth, header } = request;
    return [method, url, body.urlencoded?.map(({ key, value }) => `${key}=${value}`).join('&'),
      auth?.basic.map(({ value }) => value).join(':'), ...header.map(({ key, value }) => `${key} ${value}`)];
  },
  'curl-parser-ts': (command) => {
    const { method, url, query, data, auth, cookies } = parseCurlCommand(command);
    return [method, pairs(query) ? `${url}?${pairs(query)}` : url, data, auth,
      pairs(cookies) && `Cookie ${pairs(cookies)}`];
  },
  '@scrape-do/curl-parser': (command) => {
    const { method, url, body, cookies } = scrape.parse(command);
    return [method.toUpperCase(), url, body, cookies && `Cookie ${cookies}`];
  },
};
const expected = JSON.parse(process.argv[2]);
for (const [name, read] of Object.entries(READERS)) {
  for (const [options, right] of Object.entries(expected)) {
    let seen;
    try {
      seen = read(`curl ${options} http://h.example/`).filter(Boolean).join(' ');
    } catch {
      seen = 'refused';
    }
    console.log(`${name}: ${options}: ${seen === right ? 'right' : seen}`);
  }
}
JS
cat > "$tmp/read.py" <<'PY'
import contextlib, io, json, sys

import curlparser, uncurl


def read_uncurl(command):
    context = uncurl.parse_context(command)
    return [context.method.upper(), context.url, context.data, ':'.join(context.auth)], context.auth, context.cookies


def read_curlparser(command):
    parsed = curlparser.parse(command)
    return [parsed.method, parsed.url, parsed.data, ':'.join(parsed.auth)], parsed.auth, parsed.cookies


for name, read in [('uncurl', read_uncurl), ('curlparser', read_curlparser)]:
    for options, right in json.loads(sys.argv[1]).items():
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                values, auth, cookies = read(f'curl {options} http://h.example/')
            values += [f'Cookie {key}={value}' for key, value in cookies.items()]
            values += [f'in {len(auth)} parts'] if len(auth) > 2 else []
            seen = ' '.join(filter(None, values))
        except SystemExit:
            seen = 'refused'
        print(f'{name}: {options}: {"right" if seen == right else seen}')
PY
expected='{"-d a=1 -d b=2": "POST http://h.example/ a=1&b=2", "-G -d a=1": "GET http://h.example/?a=1",
  "-XPUT": "PUT http://h.example/", "-u joe:p:w": "GET http://h.example/ joe:p:w",
  "-b c=1": "GET http://h.example/ Cookie c=1"}'
seen=$(timeout 60 node "$tmp/read.cjs" "$expected" 2>&1
  PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" "$expected" 2>&1) || true
described='parse-curl: -d a=1 -d b=2: right
parse-curl: -G -d a=1: POST http://h.example/ a=1
parse-curl: -XPUT: right
parse-curl: -u joe:p:w: right
parse-curl: -b c=1: GET http://h.example/ Set-Cookie c=1
@bany/curl-to-json: -d a=1 -d b=2: right
@bany/curl-to-json: -G -d a=1: POST http://h.example/ a=1
@bany/curl-to-json: -XPUT: true
@bany/curl-to-json: -u joe:p:w: right
@bany/curl-to-json: -b c=1: right
curl-to-json-object: -d a=1 -d b=2: GET http://h.example/ a=1&b=2
curl-to-json-object: -G -d a=1: GET http://h.example/ a=1
curl-to-json-object: -XPUT: true
curl-to-json-object: -u joe:p:w: GET http://h.example/ Authorization joe:p:w
curl-to-json-object: -b c=1: GET http://h.example/ Set-Cookie c=1
sweet-curl-parser: -d a=1 -d b=2: POST http://h.example/ b=2
sweet-curl-parser: -G -d a=1: POST http://h.example/ a=1
sweet-curl-parser: -XPUT: GET http://h.example/
sweet-curl-parser: -u joe:p:w: GET http://h.example/ joe:p
sweet-curl-parser: -b c=1: right
curl-to-postmanv2: -d a=1 -d b=2: right
curl-to-postmanv2: -G -d a=1: GET http://h.example/?a=1 a=1
curl-to-postmanv2: -XPUT: right
curl-to-postmanv2: -u joe:p:w: GET http://h.example/ joe:p
curl-to-postmanv2: -b c=1: right
curl-parser-ts: -d a=1 -d b=2: right
curl-parser-ts: -G -d a=1: POST http://h.example/ a=1
curl-parser-ts: -XPUT: right
curl-parser-ts: -u joe:p:w: right
curl-parser-ts: -b c=1: right
@scrape-do/curl-parser: -d a=1 -d b=2: GET http://h.example/ b=2
@scrape-do/curl-parser: -G -d a=1: refused
@scrape-do/curl-parser: -XPUT: refused
@scrape-do/curl-parser: -u joe:p:w: refused
@scrape-do/curl-parser: -b c=1: right
uncurl: -d a=1 -d b=2: POST http://h.example/ b=2
uncurl: -G -d a=1: refused
uncurl: -XPUT: right
uncurl: -u joe:p:w: GET http://h.example/ joe:p:w in 3 parts
uncurl: -b c=1: POST http://h.example/ c=1
curlparser: -d a=1 -d b=2: POST http://h.example/ b=2
curlparser: -G -d a=1: refused
curlparser: -XPUT: right
curlparser: -u joe:p:w: GET http://h.example/ joe:p:w in 3 parts
curlparser: -b c=1: right'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
