#!/usr/bin/env bash
# The agent of supertest keeps a cookie after its Max-Age, and sends it to paths that only begin like its Path.
#
# Expected: a cookie ends after Max-Age seconds, at once if that is 0, and Max-Age counts more than Expires (RFC 6265,
#   sections 5.2.2 and 5.3). The path /x matches /x and /x/y, but not /xy (section 5.1.4). supertest's readme says
#   that an agent persists cookies; superagent takes cookiejar for that.
# Seen: Max-Age is ignored, so that a log-out that sends Max-Age=0 leaves a cookie; a past Expires removes it even if
#   Max-Age says otherwise. A cookie for /x is sent to /xy. Expires alone, and other paths, are right.
# Packages: supertest 7.3.2 with superagent 10.4.2 and cookiejar 2.1.4 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts supertest@7.3.2 superagent@10.4.2 \
  cookiejar@2.1.4 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const http = require('node:http');
const supertest = require('supertest');

const PAST = 'Expires=Thu, 01 Jan 2015 00:00:00 GMT';
const app = http.createServer((request, response) => {
  const cookie = new URL(request.url, 'http://127.0.0.1').searchParams.get('set');
  if (cookie) response.setHeader('Set-Cookie', cookie);
  response.end(request.headers.cookie ?? 'no cookie');
});
async function ask(cookies, paths, delay = 0) {
  const agent = supertest.agent(app);
  for (const cookie of cookies) await agent.get(`/?set=${encodeURIComponent(cookie)}`);
  await new Promise((resolve) => setTimeout(resolve, delay));
  const found = [];
  for (const path of paths) found.push(`${path} ${(await agent.get(path)).text}`);
  console.log(`${cookies.join(', then ')}: ${found.join(', ')}`);
}
(async () => {
  await ask(['a=1; Path=/', `a=; Path=/; ${PAST}`], ['/']);
  await ask(['a=1; Path=/', 'a=; Path=/; Max-Age=0'], ['/']);
  await ask(['a=1; Path=/; Max-Age=1'], ['/'], 2500);
  await ask([`a=1; Path=/; Max-Age=60; ${PAST}`], ['/']);
  await ask(['a=1; Path=/x'], ['/', '/x', '/x/y', '/xy']);
})();
JS
seen=$(timeout 60 node "$tmp/ask.cjs" 2>&1) || true
described='a=1; Path=/, then a=; Path=/; Expires=Thu, 01 Jan 2015 00:00:00 GMT: / no cookie
a=1; Path=/, then a=; Path=/; Max-Age=0: / a=
a=1; Path=/; Max-Age=1: / a=1
a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 2015 00:00:00 GMT: / no cookie
a=1; Path=/x: / no cookie, /x a=1, /x/y a=1, /xy a=1'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
