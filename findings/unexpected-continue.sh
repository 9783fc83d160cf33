#!/usr/bin/env bash
# undici, and fetch of Node.js with it, give up when a response 100 precedes the final one.
#
# Expected: a client must be able to parse one or more 1xx responses before the final one, even if it does not expect
#   any, and may ignore them (RFC 9110, section 15.2).
# Seen: undici's request and fetch, urllib, and the fetch of Node.js itself destroy the connection ("bad response", of
#   which the documentation says nothing), although the 200 follows. They skip 102 and 103; got and needle skip all
#   three.
# Packages: undici 7.30.2 (its newest version for Node.js 20; that code is still there in 8.14.0), urllib 4.9.2, got
#   14.6.6, needle 3.5.0 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts undici@7.30.2 urllib@4.9.2 got@14.6.6 \
  needle@3.5.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const net = require('node:net');
const undici = require('undici');

const INTERIM = {
  none: '',
  100: 'HTTP/1.1 100 Continue\r\n\r\n',
  102: 'HTTP/1.1 102 Processing\r\n\r\n',
  103: 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n',
};
const CLIENTS = {
  'undici request': async (url) => (await undici.request(url)).body.text(),
  'undici fetch': async (url) => (await undici.fetch(url)).text(),
  'fetch of Node.js': async (url) => (await fetch(url)).text(),
  urllib: async (url) => (await require('urllib').request(url, { dataType: 'text' })).data,
  got: async (url) => (await import('got')).got(url, { retry: { limit: 0 } }).text(),
  needle: async (url) => (await require('needle')('get', url)).body.toString(),
};
const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (request) => {
    const interim = INTERIM[/^GET \/(\w+)/.exec(request)[1]];
    socket.end(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`);
  });
});
server.listen(0, '127.0.0.1', async () => {
  for (const [client, ask] of Object.entries(CLIENTS)) {
    const found = [];
    for (const interim of Object.keys(INTERIM).sort()) {
      const url = `http://127.0.0.1:${server.address().port}/${interim}`;
      const text = await ask(url).catch((error) => (error.cause ?? error).message);
      found.push(`${interim} ${text}`);
    }
    console.log(`${client}: ${found.join(', ')}`);
  }
  process.exit();
});
JS
seen=$(timeout 60 node --no-deprecation "$tmp/ask.cjs" 2>&1) || true
described='undici request: 100 bad response, 102 ok, 103 ok, none ok
undici fetch: 100 bad response, 102 ok, 103 ok, none ok
fetch of Node.js: 100 bad response, 102 ok, 103 ok, none ok
urllib: 100 bad response, 102 ok, 103 ok, none ok
got: 100 ok, 102 ok, 103 ok, none ok
needle: 100 ok, 102 ok, 103 ok, none ok'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
