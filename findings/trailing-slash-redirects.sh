#!/usr/bin/env bash
# Middleware for trailing slashes turns POST into GET, spoils queries, and does not know targets in absolute form.
#
# Expected: a redirect that only corrects the slash leads to the same resource. After a 301 or 302 a client may turn
#   POST into GET, which 307 and 308 prevent (RFC 9110, sections 15.4.2 and 15.4.3); a query may have "//" (RFC 3986,
#   section 3.4); a server accepts a target in absolute form (RFC 9112, section 3.2.2). By their readmes,
#   connect-slashes leaves POST alone, express-slash handles GET and HEAD, and koa-no-trailing-slash redirects all
#   requests.
# Seen: koa-add-trailing-slashes, koa-remove-trailing-slashes, koa-no-trailing-slash, koa-no-slash and trailing-slash
#   redirect POST with 301 or 302, so that its content is lost. connect-slashes removes a slash from the query, and
#   makes a path of a target in absolute form; koa-remove-trailing-slashes does not redirect that. express-slash does
#   not redirect HEAD, for which Express uses the route of GET, and no requests for routes of `all`.
# Packages: connect-slashes 1.4.0, express-slash 2.0.1 with express 4.22.3, koa-add-trailing-slashes 2.0.1,
#   koa-remove-trailing-slashes 2.0.3, koa-no-trailing-slash 2.1.0, koa-no-slash 1.0.2 with koa 2.16.4, trailing-slash
#   2.0.2 (npm). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts connect-slashes@1.4.0 express-slash@2.0.1 \
  express@4.22.3 koa-add-trailing-slashes@2.0.1 koa-remove-trailing-slashes@2.0.3 koa-no-trailing-slash@2.1.0 \
  koa-no-slash@1.0.2 koa@2.16.4 trailing-slash@2.0.2 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import connectSlashes from 'connect-slashes'
import express from 'express'
import expressSlash from 'express-slash'
import http from 'node:http'
import net from 'node:net'
import Koa from 'koa'
import koaAdd from 'koa-add-trailing-slashes'
import koaNoSlash from 'koa-no-slash'
import koaNoTrailingSlash from 'koa-no-trailing-slash'
import koaRemove from 'koa-remove-trailing-slashes'
import trailingSlash from 'trailing-slash'

async function answer(request, response) {
  const content = Buffer.concat(await request.toArray())
  response.end(`${request.method} ${request.url} ${content}`.trim())
}
const onExpress = middleware => express().use(middleware, answer)
const onKoa = middleware => new Koa().use(middleware).use(async context => {
  const content = Buffer.concat(await context.req.toArray())
  context.body = `${context.method} ${context.originalUrl} ${content}`.trim()
}).callback()
function onRouter() {
  const router = express.Router({ strict: true }).get('/a', answer).post('/a', answer).all('/all', answer)
  return express().enable('strict routing').use(router, expressSlash())
}
const apps = {
  'connect-slashes': [onExpress(connectSlashes(false)), '/a/'],
  'express-slash': [onRouter(), '/a/', '/all/'],
  'koa-add-trailing-slashes': [onKoa(koaAdd({ defer: false })), '/a'],
  'koa-remove-trailing-slashes': [onKoa(koaRemove({ defer: false })), '/a/'],
  'koa-no-trailing-slash': [onKoa(koaNoTrailingSlash()), '/a/'],
  'koa-no-slash': [onKoa(koaNoSlash()), '/a/'],
  'trailing-slash': [onExpress(trailingSlash({ slash: true })), '/a'],
}

async function follow(base, path, options) {
  const response = await fetch(base + path, options)
  const content = response.ok ? await response.text() : `status ${response.status}`
  return response.redirected ? `redirected: ${content || `status ${response.status}`}` : content
}

async function absolute(port, path) {
  const connection = net.connect(port, '127.0.0.1')
  const host = `127.0.0.1:${port}`
  connection.write(`GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const response = Buffer.concat(await connection.toArray()).toString().replaceAll(port, 'PORT')
  const location = /^location: (.*?)\r/im.exec(response)
  return location ? `redirect to ${location[1]}` : `status ${response.split(' ')[1]}`
}
for (const [name, [handler, path, other]] of Object.entries(apps)) {
  const server = http.createServer(handler)
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const base = `http://127.0.0.1:${port}`
  console.log(`${name}: GET ${path}: ${await follow(base, path)}`)
  console.log(`${name}: HEAD ${path}: ${await follow(base, path, { method: 'HEAD' }) || 'not redirected'}`)
  console.log(`${name}: POST ${path}: ${await follow(base, path, { method: 'POST', body: 'content' })}`)
  console.log(`${name}: GET ${path}?b=c//d: ${await follow(base, `${path}?b=c//d`)}`)
  console.log(`${name}: absolute: ${await absolute(port, path)}`)
  if (other) console.log(`${name}: GET ${other}: ${await follow(base, other)}`)
}
process.exit()
JS
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1) || true
described='connect-slashes: GET /a/: redirected: GET /a
connect-slashes: HEAD /a/: redirected: status 200
connect-slashes: POST /a/: POST /a/ content
connect-slashes: GET /a/?b=c//d: redirected: GET /a?b=c/d
connect-slashes: absolute: redirect to /http:/127.0.0.1:PORT/a
express-slash: GET /a/: redirected: GET /a
express-slash: HEAD /a/: status 404
express-slash: POST /a/: status 404
express-slash: GET /a/?b=c//d: redirected: GET /a?b=c//d
express-slash: absolute: redirect to /a
express-slash: GET /all/: status 404
koa-add-trailing-slashes: GET /a: redirected: GET /a/
koa-add-trailing-slashes: HEAD /a: redirected: status 200
koa-add-trailing-slashes: POST /a: redirected: GET /a/
koa-add-trailing-slashes: GET /a?b=c//d: redirected: GET /a/?b=c//d
koa-add-trailing-slashes: absolute: redirect to http://127.0.0.1:PORT/a/
koa-remove-trailing-slashes: GET /a/: redirected: GET /a
koa-remove-trailing-slashes: HEAD /a/: redirected: status 200
koa-remove-trailing-slashes: POST /a/: redirected: GET /a
koa-remove-trailing-slashes: GET /a/?b=c//d: redirected: GET /a?b=c//d
koa-remove-trailing-slashes: absolute: status 200
koa-no-trailing-slash: GET /a/: redirected: GET /a
koa-no-trailing-slash: HEAD /a/: redirected: status 200
koa-no-trailing-slash: POST /a/: redirected: GET /a
koa-no-trailing-slash: GET /a/?b=c//d: redirected: GET /a?b=c//d
koa-no-trailing-slash: absolute: redirect to /a
koa-no-slash: GET /a/: redirected: GET /a
koa-no-slash: HEAD /a/: redirected: status 200
koa-no-slash: POST /a/: redirected: GET /a
koa-no-slash: GET /a/?b=c//d: redirected: GET /a?b=c//d
koa-no-slash: absolute: redirect to http://127.0.0.1:PORT/a
trailing-slash: GET /a: redirected: GET /a/
trailing-slash: HEAD /a: redirected: status 200
trailing-slash: POST /a: redirected: GET /a/
trailing-slash: GET /a?b=c//d: redirected: GET /a/?b=c//d
trailing-slash: absolute: redirect to http://127.0.0.1:PORT/a/'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
