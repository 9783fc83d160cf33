#!/usr/bin/env bash
# Clients decompress the absent content of a response to HEAD, and fail.
#
# Expected: a response to HEAD has the fields of the one to GET, so also Content-Encoding, but never content (RFC
#   9110, section 9.3.2). A 304 has none either (section 15.4.5).
# Seen: centra, popsicle and bent, and undici with its interceptor `decompress`, report an error of zlib. got and
#   needle return the response without content. GET works with all of them.
# Packages: centra 2.7.0, popsicle 12.1.2, bent 7.3.12, undici 7.30.2, got 14.6.6, needle 3.5.0 (npm), on Node.js 20.
#   Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts centra@2.7.0 popsicle@12.1.2 bent@7.3.12 \
  undici@7.30.2 got@14.6.6 needle@3.5.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const http = require('node:http');
const zlib = require('node:zlib');
const undici = require('undici');

const decompress = new undici.Agent().compose(undici.interceptors.decompress());
const CLIENTS = {
  centra: async (method, url) => (await require('centra')(url, method).compress().send()).text(),
  popsicle: async (method, url) => (await require('popsicle').fetch(url, { method })).text(),
  bent: (method, url) => require('bent')(method, 'string')(url),
  undici: async (method, url) => (await undici.request(url, { method, dispatcher: decompress })).body.text(),
  got: async (method, url) => (await (await import('got')).got(url, { method, retry: { limit: 0 } })).body,
  needle: async (method, url) => (await require('needle')(method.toLowerCase(), url, null, { compressed: true })).body,
};
const server = http.createServer((request, response) => {
  const content = zlib.gzipSync('hello');
  response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': content.length });
  response.end(request.method === 'HEAD' ? undefined : content);
});
server.listen(0, '127.0.0.1', async () => {
  for (const [client, ask] of Object.entries(CLIENTS)) {
    const found = [];
    for (const method of ['GET', 'HEAD']) {
      const text = await ask(method, `http://127.0.0.1:${server.address().port}/`).then(
        (content) => JSON.stringify(content.toString()),
        (error) => (/Z_?BUF/i.test(error.code ?? error.message) ? 'an error of zlib' : error.message),
      );
      found.push(`${method} ${text}`);
    }
    console.log(`${client}: ${found.join(', ')}`);
  }
  process.exit();
});
JS
seen=$(timeout 60 node --no-deprecation --no-warnings "$tmp/ask.cjs" 2>&1) || true
described='centra: GET "hello", HEAD an error of zlib
popsicle: GET "hello", HEAD an error of zlib
bent: GET "hello", HEAD an error of zlib
undici: GET "hello", HEAD an error of zlib
got: GET "hello", HEAD ""
needle: GET "hello", HEAD ""'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
