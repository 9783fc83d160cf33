#!/usr/bin/env bash
# serve-handler refuses an unknown range unit and a long suffix range, and sends the whole file with the refusal.
#
# Expected: an origin server ignores a Range field whose unit it does not understand (RFC 9110, section 14.2), and a
#   suffix longer than the file means the whole file (section 14.1.2): 200 and 206.
# Seen: both get 416 with `Content-Range: bytes */10`, and all ten bytes of the file as the content of the error.
# Package: serve-handler 6.1.8 (npm), on Node.js 20. Date: 2026-11-29.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts serve-handler@6.1.8 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const fs = require('node:fs');
const http = require('node:http');
const handler = require('serve-handler');

const root = fs.mkdtempSync(`${__dirname}/root-`);
fs.writeFileSync(`${root}/digits.txt`, '0123456789');

const ask = (port, Range) =>
  new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/digits.txt', headers: { Range }, agent: false };
    http.get(options, (response) => {
      let content = '';
      response.on('data', (data) => (content += data));
      response.on('end', () => resolve([response.statusCode, response.headers['content-range'], content]));
    });
  });

const server = http.createServer((request, response) => handler(request, response, { public: root }));
server.listen(0, '127.0.0.1', async () => {
  for (const range of ['bytes=-3', 'bytes=-30', 'lines=1-2']) {
    console.log(`${range}: ${(await ask(server.address().port, range)).join(', ')}`);
  }
  server.close();
});
JS
seen=$(timeout 60 node "$tmp/ask.cjs" 2>&1) || true
described='bytes=-3: 206, bytes 7-9/10, 789
bytes=-30: 416, bytes */10, 0123456789
lines=1-2: 416, bytes */10, 0123456789'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
