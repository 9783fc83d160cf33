#!/usr/bin/env bash
# Cache middleware reuses a response for another language, after no-store, or for another method.
#
# Expected: a cache must not reuse a stored response if a field that its Vary names differs (RFC 9111, section 4.1), nor
#   if the method of its request does not allow it (section 4; for POST also RFC 9110, section 9.3.3), and it must not
#   store a response with no-store (section 5.2.2.5).
# Seen: all six answer a request for French with the stored German response, which has `Vary: Accept-Language`. All but
#   http-cache-middleware store a response with no-store. apicache, route-cache and cache-express answer GET with the
#   response to POST. route-cache, cache-express and koa-cash have one entry for GET and HEAD, so that the content made
#   for a HEAD, where it is not sent, is that of the next GET.
# Packages: apicache 1.6.3, apicache-plus 2.3.1, route-cache 0.7.1, cache-express 1.2.0, http-cache-middleware 1.4.1,
#   koa-cash 5.0.2, with express 5.3.0, restana 5.2.0 and koa 3.3.0 (npm), on Node.js 20. Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts apicache@1.6.3 apicache-plus@2.3.1 \
  route-cache@0.7.1 cache-express@1.2.0 http-cache-middleware@1.4.1 koa-cash@5.0.2 express@5.3.0 restana@5.2.0 \
  koa@3.3.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import apicache from 'apicache'
import apicachePlus from 'apicache-plus'
import cacheExpress from 'cache-express'
import express from 'express'
import http from 'node:http'
import httpCacheMiddleware from 'http-cache-middleware'
import Koa from 'koa'
import koaCash from 'koa-cash'
import restana from 'restana'
import routeCache from 'route-cache'

const CASES = {
  'same request': ['GET /same de', 'GET /same de'],
  'language': ['GET /language de', 'GET /language fr'],
  'no-store': ['GET /no-store de', 'GET /no-store de'],
  'POST, GET': ['POST /post de', 'GET /post de'],
  'HEAD, GET': ['HEAD /head de', 'GET /head de'],
}
let count = 0

const answer = (method, language) => `${method} ${language} ${++count}`
const fields = path => ({
  'Content-Type': 'text/plain',
  'Vary': 'Accept-Language',
  'Cache-Control': path === '/no-store' ? 'no-store' : 'max-age=300',
})
const handle = (request, response) => {
  for (const [name, value] of Object.entries(fields(request.url))) response.setHeader(name, value)
  response.send(answer(request.method, request.headers['accept-language']))
}

const listen = server => new Promise(resolve => {
  server.listen(0, '127.0.0.1', () => resolve(server.address().port))
})
const withExpress = middleware => listen(http.createServer(express().use(middleware, handle)))
const starts = {
  'apicache': () => withExpress(apicache.middleware('5 minutes')),
  'apicache-plus': () => withExpress(apicachePlus.middleware('5 minutes')),
  'route-cache': () => withExpress(routeCache.cacheSeconds(300)),
  'cache-express': () => withExpress(cacheExpress({ timeOut: 300000 })),
  'http-cache-middleware': async () => {
    const app = restana()
    app.use(httpCacheMiddleware())
    app.use(handle)
    return (await app.start(0, '127.0.0.1')).address().port
  },
  'koa-cash': () => {
    const app = new Koa()
    const stored = new Map()
    app.use(koaCash({ get: key => stored.get(key), set: (key, value) => { stored.set(key, value) } }))
    app.use(async context => {
      if (await context.cashed()) return
      context.set(fields(context.path))
      context.body = answer(context.method, context.get('Accept-Language'))
    })
    return listen(http.createServer(app.callback()))
  },
}

const ask = (port, line) => new Promise((resolve, reject) => {
  const [method, path, language] = line.split(' ')
  const headers = { 'Accept-Language': language }
  http.request({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
    let content = ''
    response.on('data', data => { content += data })
    response.on('end', () => resolve(content))
  }).on('error', reject).end()
})

for (const [name, start] of Object.entries(starts)) {
  const port = await start()
  const reused = []
  for (const [title, [first, second]] of Object.entries(CASES)) {
    count = 0
    await ask(port, first)
    const content = await ask(port, second)
    if (content.endsWith(' 1') && title !== 'same request') reused.push(`${title} (${content.slice(0, -2)})`)
    if (!content.endsWith(' 1') && title === 'same request') reused.push('nothing')
  }
  console.log(`${name}: reused for ${reused.join(', ')}`)
}
process.exit(0)
JS
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1) || true
described='apicache: reused for language (GET de), no-store (GET de), POST, GET (POST de)
apicache-plus: reused for language (GET de), no-store (GET de)
route-cache: reused for language (GET de), no-store (GET de), POST, GET (POST de), HEAD, GET (HEAD de)
cache-express: reused for language (GET de), no-store (GET de), POST, GET (POST de), HEAD, GET (HEAD de)
http-cache-middleware: reused for language (GET de)
koa-cash: reused for language (GET de), no-store (GET de), HEAD, GET (HEAD de)'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
