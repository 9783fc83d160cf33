#!/usr/bin/env bash
# Recorders of responses replay other ones: one cookie of two, a damaged image, a tag without quotes, an error for 204.
#
# Expected: what is replayed is what was recorded, as the readmes promise; also if a response has two Set-Cookie
#   fields, which cannot be combined (RFC 9110, section 5.3), an image as content, an entity tag, which includes its
#   quotes (section 8.8.3), or no content, with a length for HEAD (section 9.3.2) and without one for 204 (section
#   8.6).
# Seen: vcr-test and httpretty replay the last of two cookies, fetch-vcr and the recorder of responses make one of
#   both. All four cannot record the image, or damage it. vcr-test fails to replay a 204, and httpretty replays a 200
#   in its place. replay removes the quotes of the tag. httpretty fails to replay HEAD, and responses leaves out its
#   length. @exodus/replay and vcrpy get all of it right.
# Packages: vcr-test 1.4.0, fetch-vcr 3.2.0, replay 2.4.0, @exodus/replay 1.0.0-rc.11 (npm), httpretty 1.1.4,
#   responses 0.26.3, vcrpy 9.4.2, with requests 2.34.2 and urllib3 2.8.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts vcr-test@1.4.0 fetch-vcr@3.2.0 \
    replay@2.4.0 @exodus/replay@1.0.0-rc.11 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check httpretty==1.1.4 responses==0.26.3 vcrpy==9.4.2 \
    requests==2.34.2 urllib3==2.8.0
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import fs from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { FileStorage, VCR } from 'vcr-test'
import { fetchRecorder, fetchReplayer } from '@exodus/replay'

const [recorder, mode, base, files] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const show = (status, cookies, tag, length, content) =>
  [status, cookies, tag ?? 'no tag', length ?? 'no length', Buffer.from(content).toString('hex')].flat().join(' ')

async function byFetch(fetch, path) {
  const response = await fetch(base + path, { method: path === '/head' ? 'HEAD' : 'GET' })
  const cookies = response.headers.getSetCookie?.() ?? response.headers.get('Set-Cookie')?.split(', ') ?? []
  const [tag, length] = ['ETag', 'Content-Length'].map(name => response.headers.get(name))
  return show(response.status, cookies, tag, length, await response.arrayBuffer())
}
const ask = {
  'vcr-test': async path => {
    let result
    const vcr = new VCR(new FileStorage(files))
    await vcr.useCassette(path.slice(1), async () => { result = await byFetch(fetch, path) })
    return result
  },
  'fetch-vcr': async path => {
    const fetch = require('fetch-vcr')
    fetch.configure({ fixturePath: files, mode: mode === 'record' ? 'record' : 'playback' })
    return byFetch(fetch, path)
  },
  'replay': path => new Promise((resolve, reject) => {
    Object.assign(require('replay'), { fixtures: files, mode }).reset('127.0.0.1')
    const { hostname, port } = new URL(base)
    http.request({ hostname, port, path, method: path === '/head' ? 'HEAD' : 'GET' }, async response => {
      const { 'set-cookie': cookies = [], etag, 'content-length': length } = response.headers
      resolve(show(response.statusCode, cookies, etag, length, Buffer.concat(await response.toArray())))
    }).on('error', reject).end()
  }),
  '@exodus/replay': async path => {
    const log = mode === 'record' ? [] : JSON.parse(fs.readFileSync(files + path))
    const result = await byFetch(mode === 'record' ? fetchRecorder(log) : fetchReplayer(log), path)
    fs.writeFileSync(files + path, JSON.stringify(log))
    return result
  },
}[recorder]
for (const path of ['/cookies', '/image', '/204', '/head']) console.log(await ask(path).catch(error => error.name))
process.exit()
JS
cat > "$tmp/ask.py" <<'PY'
import contextlib, logging, sys, threading, warnings

import httpretty, requests, responses, vcr
from responses import _recorder

recorder, mode, base, files = sys.argv[1:]


@contextlib.contextmanager
def recorded(file):
    with contextlib.ExitStack() as stack:
        if recorder == 'vcrpy':
            stack.enter_context(vcr.use_cassette(file))
        elif recorder == 'httpretty':
            mock = httpretty.HTTPretty
            stack.enter_context((mock.record if mode == 'record' else mock.playback)(file))
        elif mode == 'record':
            mock = stack.enter_context(_recorder.Recorder())
            stack.callback(lambda: mock.dump_to_file(file))
        else:
            stack.enter_context(responses.RequestsMock())._add_from_file(file)
        yield


logging.disable()
warnings.simplefilter('ignore')
threading.excepthook = lambda arguments: None
for path in ('cookies', 'image', '204', 'head'):
    try:
        with recorded(f'{files}/{path}.yaml'):
            got = requests.request('HEAD' if path == 'head' else 'GET', f'{base}/{path}')
        cookies = sorted(f'{cookie.name}={cookie.value}' for cookie in got.cookies)
        tag, length = got.headers.get('ETag', 'no tag'), got.headers.get('Content-Length', 'no length')
        print(got.status_code, *cookies, tag, length, got.content.hex())
    except Exception as error:
        print(type(error).__name__)
PY
cat > "$tmp/all.py" <<'PY'
import socketserver, subprocess, sys, tempfile, threading

RESPONSES = {
    'cookies': (b'200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nhello',
                '200 a=1 b=2 no tag 5 68656c6c6f'),
    'image': (b'200 OK\r\nContent-Length: 8\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n',
              '200 no tag 8 89504e470d0a1a0a'),
    '204': (b'204 No Content\r\nETag: "1"\r\n\r\n', '204 "1" no length'),
    'head': (b'200 OK\r\nContent-Length: 5\r\n\r\n', '200 no tag 5'),
}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        path = self.rfile.readline().split()[1].decode().strip('/')
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b'HTTP/1.1 ' + RESPONSES[path][0].replace(b'\r\n', b'\r\nConnection: close\r\n', 1))


server = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Handler)
server.handle_error = lambda *arguments: None
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f'http://127.0.0.1:{server.server_address[1]}'
for recorder in ('vcr-test', 'fetch-vcr', 'replay', 'httpretty', 'responses', '@exodus/replay', 'vcrpy'):
    program = ['node', '--no-deprecation', f'{sys.argv[1]}/ask.mjs']
    if recorder in ('httpretty', 'responses', 'vcrpy'):
        program = [sys.executable, f'{sys.argv[1]}/ask.py']
    files = tempfile.mkdtemp(dir=sys.argv[1])
    runs = [subprocess.run([*program, recorder, mode, base, files], capture_output=True, text=True, timeout=30)
            for mode in ('record', 'replay')]
    for path, *lines in zip(RESPONSES, *(run.stdout.splitlines() for run in runs)):
        first, second = map(str.strip, lines)
        print(f'{recorder}: {path}:', 'right' if first == second == RESPONSES[path][1] else f'{first}; then {second}')
PY
seen=$(timeout 120 "$tmp/venv/bin/python" "$tmp/all.py" "$tmp" 2>&1) || true
described='vcr-test: cookies: 200 a=1 b=2 no tag 5 68656c6c6f; then 200 b=2 no tag 5 68656c6c6f
vcr-test: image: 200 no tag 8 89504e470d0a1a0a; then 200 no tag 8 efbfbd504e470d0a1a0a
vcr-test: 204: 204 "1" no length; then TypeError
vcr-test: head: right
fetch-vcr: cookies: 200 a=1,b=2 no tag 5 68656c6c6f; then 200 a=1,b=2 no tag 5 68656c6c6f
fetch-vcr: image: 200 no tag 8 efbfbd504e470d0a1a0a; then 200 no tag 8 efbfbd504e470d0a1a0a
fetch-vcr: 204: right
fetch-vcr: head: right
replay: cookies: right
replay: image: right
replay: 204: 204 "1" no length; then 204 1 no length
replay: head: right
httpretty: cookies: 200 a=1, b=2 no tag 5 68656c6c6f; then 200 b=2 no tag 5 68656c6c6f
httpretty: image: ConnectionError; then FileNotFoundError
httpretty: 204: 204 "1" 0; then 200 "1" no length
httpretty: head: 200 no tag 5; then HTTPrettyError
responses: cookies: 200 a=1 b=2 no tag 5 68656c6c6f; then 200 a=1, b=2 no tag no length 68656c6c6f
responses: image: 200 no tag 8 89504e470d0a1a0a; then 200 no tag no length e8a590e4b987e0b48ae1a88a
responses: 204: right
responses: head: 200 no tag 5; then 200 no tag no length
@exodus/replay: cookies: right
@exodus/replay: image: right
@exodus/replay: 204: right
@exodus/replay: head: right
vcrpy: cookies: right
vcrpy: image: right
vcrpy: 204: right
vcrpy: head: right'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
