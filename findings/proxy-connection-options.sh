#!/usr/bin/env bash
# Proxies pass on the fields that a Connection field names, and a promise about trailers that they do not keep.
#
# Expected: a proxy must remove the fields that Connection names, and then Connection itself (RFC 9110, section 7.6.1),
#   in requests and in responses. `TE: trailers` says that its sender will not discard trailer fields, and stands in
#   Connection, so that it goes no farther (section 10.1.4).
# Seen: X-Hop of the request reaches the server, except through @fastify/http-proxy, and X-Resp of the response reaches
#   the client through all nine. Six pass `TE: trailers` on to the server, and discard the trailer field that it sends.
# Packages: http-proxy 1.18.1, http-proxy-3 1.23.3, httpxy 0.5.6, fast-proxy 2.2.0, express-http-proxy 2.1.2,
#   @fastify/http-proxy 11.6.3, @hapi/h2o2 10.0.4, proxy 4.1.0, proxy-chain 3.0.1 (npm), with express 5.3.0, fastify
#   5.12.8 and @hapi/hapi 21.4.13, on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts http-proxy@1.18.1 http-proxy-3@1.23.3 \
  httpxy@0.5.6 fast-proxy@2.2.0 express-http-proxy@2.1.2 @fastify/http-proxy@11.6.3 @hapi/h2o2@10.0.4 proxy@4.1.0 \
  proxy-chain@3.0.1 express@5.3.0 fastify@5.12.8 @hapi/hapi@21.4.13 >/dev/null ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import express from 'express'
import fastify from 'fastify'
import fastProxy from 'fast-proxy'
import h2o2 from '@hapi/h2o2'
import hapi from '@hapi/hapi'
import http from 'node:http'
import net from 'node:net'
import expressProxy from 'express-http-proxy'
import fastifyProxy from '@fastify/http-proxy'
import * as proxyChain from 'proxy-chain'
import { createProxy } from 'proxy'
import httpProxy from 'http-proxy'
import * as httpProxy3 from 'http-proxy-3'
import * as httpxy from 'httpxy'

const RESPONSE = ['HTTP/1.1 200 OK', 'X-Resp: 1', 'Connection: X-Resp', 'Trailer: X-Sum', 'Transfer-Encoding: chunked',
  '', '5', 'hello', '0', 'X-Sum: 5d41402a', '', '']
let request = ''

const listen = async server => {
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return server.address().port
}

const origin = await listen(net.createServer(socket => {
  socket.on('error', () => {})
  let received = ''
  socket.on('data', data => {
    received += data.toString('latin1')
    if (!received.includes('\r\n\r\n')) return
    request = received
    received = ''
    socket.write(RESPONSE.join('\r\n'))
  })
}))
const target = `http://127.0.0.1:${origin}`

// The client closes when it has the end of the response.
const ask = (port, url) => new Promise((resolve, reject) => {
  const fields = ['Host: ' + target.slice(7), 'X-Hop: 1', 'TE: trailers', 'Connection: X-Hop, TE']
  const head = [`GET ${url} HTTP/1.1`, ...fields, '', ''].join('\r\n')
  const client = net.connect(port, '127.0.0.1', () => client.write(head))
  let response = ''
  client.on('data', data => {
    response += data.toString('latin1')
    if (/\r\n0\r\n(.+\r\n)*\r\n$/.test(response)) client.destroy()
  })
  client.on('close', () => resolve(response))
  client.on('error', reject)
  client.setTimeout(5000, () => client.destroy())
})

const reverse = createProxyServer => {
  const proxy = createProxyServer({ target })
  return listen(http.createServer((incoming, outgoing) => proxy.web(incoming, outgoing)))
}
const starts = {
  'http-proxy': () => reverse(httpProxy.createProxyServer),
  'http-proxy-3': () => reverse(httpProxy3.createProxyServer),
  'httpxy': () => reverse(httpxy.createProxyServer),
  'fast-proxy': () => {
    const { proxy } = fastProxy({ base: target })
    return listen(http.createServer((incoming, outgoing) => proxy(incoming, outgoing, incoming.url, {})))
  },
  'express-http-proxy': () => listen(http.createServer(express().use(expressProxy(target)))),
  '@fastify/http-proxy': async () => {
    const server = fastify()
    await server.register(fastifyProxy, { upstream: target })
    await server.listen({ host: '127.0.0.1', port: 0 })
    return server.server.address().port
  },
  '@hapi/h2o2': async () => {
    const server = hapi.server({ host: '127.0.0.1', port: 0 })
    await server.register(h2o2)
    server.route({ method: 'GET', path: '/', handler: { proxy: { uri: target, passThrough: true } } })
    await server.start()
    return server.info.port
  },
  'proxy': () => listen(createProxy(http.createServer())),
  'proxy-chain': async () => {
    const server = new proxyChain.Server({ host: '127.0.0.1', port: 0 })
    await server.listen()
    return server.port
  },
}
for (const [name, start] of Object.entries(starts)) {
  const port = await start()
  const response = await ask(port, name.startsWith('proxy') ? `${target}/` : '/')
  const passed = ['X-Hop', 'TE'].filter(field => new RegExp(`\r\n${field}:`, 'i').test(request))
  const returned = ['X-Resp', 'X-Sum'].filter(field => new RegExp(`\r\n${field}:`, 'i').test(response))
  const status = response.split(' ', 2)[1]
  console.log(`${name}: the server got ${passed.join(', ') || 'neither'}; the client got ${status} and ${
    returned.join(', ') || 'neither'}`)
}
process.exit(0)
JS
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1) || true
described='http-proxy: the server got X-Hop, TE; the client got 200 and X-Resp
http-proxy-3: the server got X-Hop, TE; the client got 200 and X-Resp
httpxy: the server got X-Hop, TE; the client got 200 and X-Resp
fast-proxy: the server got X-Hop, TE; the client got 200 and X-Resp
express-http-proxy: the server got X-Hop, TE; the client got 200 and X-Resp
@fastify/http-proxy: the server got neither; the client got 200 and X-Resp
@hapi/h2o2: the server got X-Hop, TE; the client got 200 and X-Resp
proxy: the server got X-Hop; the client got 200 and X-Resp
proxy-chain: the server got X-Hop; the client got 200 and X-Resp'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
