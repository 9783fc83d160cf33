#!/usr/bin/env bash
# Servers of files do not find their entity tag in a list, and do not know `If-None-Match: *`.
#
# Expected: If-None-Match holds a list of entity tags, of which any may match, or `*`, which matches every file that
#   exists (RFC 9110, section 13.1.2). A cache that holds several responses sends the tags of all (RFC 9111, 4.3.1).
# Seen: ServeStatic, Bottle and http-server compare the whole field with their tag, so that they send the file again for
#   a list that has it and for `*`. inert understands the list only.
# Packages: servestatic 4.4.0, bottle 0.13.4 (PyPI), http-server 14.1.1, @hapi/inert 7.1.2 with @hapi/hapi 21.4.13
#   (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  servestatic==4.4.0 bottle==0.13.4 || { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts http-server@14.1.1 @hapi/hapi@21.4.13 \
  @hapi/inert@7.1.2 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
mkdir "$tmp/root"
printf 0123456789 > "$tmp/root/digits.txt"

cat > "$tmp/ask.py" <<'PY'
import sys
from wsgiref.util import setup_testing_defaults

import bottle
from servestatic import ServeStatic

root = sys.argv[1]
of_bottle = bottle.Bottle()
of_bottle.route('/<name>', callback=lambda name: bottle.static_file(name, root=root))


def ask(server, **fields):
    environ = {'PATH_INFO': '/digits.txt', **fields}
    setup_testing_defaults(environ)
    head = []
    b''.join(server(environ, lambda status, headers, *_: head.extend([status, dict(headers)])))
    return head


for name, server in [('ServeStatic', ServeStatic(None, root=root)), ('Bottle', of_bottle)]:
    fields = {field.lower(): value for field, value in ask(server)[1].items()}
    tag = fields['etag']
    found = [ask(server, HTTP_IF_NONE_MATCH=value)[0][:3] for value in [tag, f'"other", {tag}', '*']]
    print(f'{name}: the tag {found[0]}, a list {found[1]}, * {found[2]}')
PY
cat > "$tmp/ask.cjs" <<'JS'
const http = require('node:http');
const Hapi = require('@hapi/hapi');
const httpServer = require('http-server');

const root = process.argv[2];

const ask = (port, headers) =>
  new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port, path: '/digits.txt', headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response));
    });
  });

const print = async (name, port) => {
  // The first response of inert has no tag.
  await ask(port, {});
  const tag = (await ask(port, {})).headers.etag;
  const found = [];
  for (const value of [tag, `"other", ${tag}`, '*']) {
    found.push((await ask(port, { 'If-None-Match': value })).statusCode);
  }
  console.log(`${name}: the tag ${found[0]}, a list ${found[1]}, * ${found[2]}`);
};

(async () => {
  const first = httpServer.createServer({ root });
  await new Promise((resolve) => first.listen(0, '127.0.0.1', resolve));
  await print('http-server', first.server.address().port);
  first.close();
  const second = Hapi.server({ port: 0, host: '127.0.0.1' });
  await second.register(require('@hapi/inert'));
  second.route({ method: 'GET', path: '/{path*}', handler: { directory: { path: root } } });
  await second.start();
  await print('inert', second.info.port);
  await second.stop();
})();
JS
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp/root" 2>&1) || true
seen="$seen
$(timeout 60 node --no-deprecation "$tmp/ask.cjs" "$tmp/root" 2>&1)" || true
described='ServeStatic: the tag 304, a list 200, * 200
Bottle: the tag 304, a list 200, * 200
http-server: the tag 304, a list 200, * 200
inert: the tag 304, a list 304, * 200'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
