#!/usr/bin/env bash
# HTTP clients repeat a POST after a 303, or turn PUT and DELETE into GET after a 301 or 302.
#
# Expected: a 303 leads to a retrieval, with GET or HEAD, of the other resource (RFC 9110, section 15.4.4). After a 301
#   or 302, the method remains, only a POST may become a GET (sections 15.4.2 and 15.4.3).
# Seen: urllib sends a POST or PUT that got 303 once more to the other resource, with its content. superagent and
#   popsicle turn PUT and DELETE into GET. centra, teeny-request, wreck and minipass-fetch do what is expected.
# Packages: urllib 4.9.2, superagent 10.4.2, popsicle 12.1.2, centra 2.7.0, teeny-request 10.1.4, @hapi/wreck 18.1.3,
#   minipass-fetch 5.0.2 (npm), on Node.js 20. Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts urllib@4.9.2 \
  teeny-request@10.1.4 @hapi/wreck@18.1.3 minipass-fetch@5.0.2 superagent@10.4.2 popsicle@12.1.2 centra@2.7.0 \
  >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import centra from 'centra'
import fetch from 'minipass-fetch'
import http from 'node:http'
import superagent from 'superagent'
import wreck from '@hapi/wreck'
import { fetch as popsicle } from 'popsicle'
import { request as urllib } from 'urllib'
import { teenyRequest } from 'teeny-request'

const CASES = [['POST', 303], ['PUT', 303], ['PUT', 302], ['DELETE', 301]]
const CONTENT = 'a=1'
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
let after

const server = http.createServer((request, response) => {
  let content = ''
  request.on('data', data => { content += data })
  request.on('end', () => {
    const status = Number(request.url.slice(1))
    if (status) response.writeHead(status, { Location: '/target' })
    else after = content ? `${request.method} ${content}` : request.method
    response.end()
  })
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))

const sends = {
  'urllib': (method, url, content) => urllib(url, { method, content, headers: FORM }),
  'teeny-request': (method, uri, body) => new Promise((resolve, reject) => {
    teenyRequest({ method, uri, body, headers: FORM }, (error, response) => error ? reject(error) : resolve(response))
  }),
  'wreck': (method, url, payload) => {
    return wreck.request(method, url, { payload, headers: FORM, redirects: 5, redirect303: true })
  },
  'minipass-fetch': (method, url, body) => fetch(url, { method, body, headers: FORM }),
  'superagent': (method, url, content) => {
    const request = superagent(method, url)
    return content ? request.set(FORM).send(content) : request
  },
  'popsicle': (method, url, body) => popsicle(url, { method, body, headers: FORM }),
  'centra': (method, url, content) => {
    const request = centra(url, method).followRedirects(5)
    return (content ? request.header(FORM).body(content) : request).send()
  },
}
for (const [name, send] of Object.entries(sends)) {
  const found = []
  for (const [method, status] of CASES) {
    after = 'no request'
    const url = `http://127.0.0.1:${server.address().port}/${status}`
    try {
      await send(method, url, ['POST', 'PUT'].includes(method) ? CONTENT : undefined)
    } catch {
      after += ' and an error'
    }
    found.push(`${method} ${status}: ${after}`)
  }
  console.log(`${name}: ${found.join('; ')}`)
}
process.exit(0)
JS
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" 2>&1) || true
described='urllib: POST 303: POST a=1; PUT 303: PUT a=1; PUT 302: PUT a=1; DELETE 301: DELETE
teeny-request: POST 303: GET; PUT 303: GET; PUT 302: PUT a=1; DELETE 301: DELETE
wreck: POST 303: GET; PUT 303: GET; PUT 302: PUT a=1; DELETE 301: DELETE
minipass-fetch: POST 303: GET; PUT 303: GET; PUT 302: PUT a=1; DELETE 301: DELETE
superagent: POST 303: GET; PUT 303: GET; PUT 302: GET; DELETE 301: GET
popsicle: POST 303: GET; PUT 303: GET; PUT 302: GET; DELETE 301: GET
centra: POST 303: GET; PUT 303: GET; PUT 302: PUT a=1; DELETE 301: DELETE'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
