#!/usr/bin/env bash
# node-fetch-cookies drops a whole cookie for an attribute that it does not know.
#
# Expected: a client ignores an attribute that it does not recognize, but not the cookie (RFC 6265, section 4.1.2). So
#   the second request carries all five cookies. The readme promises that the jar stores the cookies of a response.
# Seen: those with Partitioned, Priority or an invented attribute are gone, without a message. SameSite is known.
# Package: node-fetch-cookies 2.1.1 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts node-fetch-cookies@2.1.1 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import http from 'node:http';
import { CookieJar, fetch } from 'node-fetch-cookies';

const COOKIES = ['a=1; Path=/', 'b=2; SameSite=Lax', 'c=3; Partitioned', 'd=4; Priority=High', 'e=5; Invented=x'];
const server = http.createServer((request, response) => {
  response.setHeader('Set-Cookie', COOKIES);
  response.end(request.headers.cookie ?? 'no cookie');
});
server.listen(0, '127.0.0.1', async () => {
  const jar = new CookieJar();
  for (const cookie of COOKIES) console.log(`Set-Cookie: ${cookie}`);
  for (const order of ['first', 'second']) {
    const response = await fetch(jar, `http://127.0.0.1:${server.address().port}/`);
    console.log(`${order} request: ${await response.text()}`);
  }
  process.exit();
});
JS
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1) || true
described='Set-Cookie: a=1; Path=/
Set-Cookie: b=2; SameSite=Lax
Set-Cookie: c=3; Partitioned
Set-Cookie: d=4; Priority=High
Set-Cookie: e=5; Invented=x
first request: no cookie
second request: a=1; b=2'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
