#!/usr/bin/env bash
# WebDAV clients report a success for a 207 that tells of failures, or fail at a listing with a failure in it.
#
# Expected: a DELETE, MOVE or COPY of a collection that fails for a member gets 207, with the status of that member
#   (RFC 4918, sections 9.6.1, 9.8.5 and 9.9.4): a client looks into it (section 13). In the 207 for PROPFIND, a
#   response has propstat elements, each for one status and in any order, or one status (sections 9.1 and 14.24).
# Seen: webdav, webdav-client, webdavclient3 and aiowebdav2 report a success for all three methods (webdavclient3 and
#   aiowebdav2 have no trace of the failure). If the propstat for properties that do not exist comes first, webdav
#   takes each member, and the collection itself, for an empty file, and webdav-client reports an error. If a member
#   has only a status, both report an error for the whole listing. webdav4 does what is expected.
# Packages: webdav 5.11.0, webdav-client 1.4.3 (npm), webdavclient3 3.14.7, aiowebdav2 0.6.2, webdav4 0.11.0 with httpx
#   0.29.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts webdav@5.11.0 webdav-client@1.4.3 \
    >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check webdavclient3==3.14.7 aiowebdav2==0.6.2 webdav4==0.11.0 \
    httpx==0.29.0
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import webdavClient from 'webdav-client'
import { createClient } from 'webdav'
import { promisify } from 'node:util'

const [origin, folders] = process.argv.slice(2)
const webdav = createClient(origin)
const connection = new webdavClient.Connection({ url: origin })
const call = method => promisify(connection[method].bind(connection))
const clients = {
  'webdav': {
    'list': async folder => (await webdav.getDirectoryContents(`/${folder}/`)).map(found => {
      return `${found.filename} is a ${found.type} of ${found.size}`
    }),
    'DELETE': folder => webdav.deleteFile(`/${folder}/`),
    'MOVE': folder => webdav.moveFile(`/${folder}/`, '/other/'),
    'COPY': folder => webdav.copyFile(`/${folder}/`, '/other/'),
  },
  'webdav-client': {
    'list': async folder => (await call('readdir')(`/${folder}/`, { properties: true })).map(found => {
      return `${found.href} is a ${found.type} of ${found.size}`
    }),
    'DELETE': folder => call('delete')(`/${folder}/`),
    'MOVE': folder => call('move')(`/${folder}/`, `${origin}/other/`, true),
    'COPY': folder => call('copy')(`/${folder}/`, `${origin}/other/`, true),
  },
}
for (const [name, { list, ...changes }] of Object.entries(clients)) {
  for (const folder of JSON.parse(folders)) {
    const found = await list(folder).catch(() => ['an error'])
    console.log(`${name}: ${folder}: ${found.join(', ')}`)
  }
  const results = []
  for (const [method, change] of Object.entries(changes)) {
    results.push(`${method} ${await change('ordinary').then(() => 'success', () => 'error')}`)
  }
  console.log(`${name}: ${results.join(', ')}`)
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, http.server, json, subprocess, sys, threading

import aiowebdav2, webdav3.client, webdav4.client

FOUND = '<D:propstat><D:prop>{}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>'
MISSING = '<D:propstat><D:prop><D:displayname/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>'
DATE = '<D:getlastmodified>Mon, 12 Jan 1998 09:25:56 GMT</D:getlastmodified>'
FOLDER = FOUND.format('<D:resourcetype><D:collection/></D:resourcetype>' + DATE)
FILE = FOUND.format('<D:resourcetype/><D:getcontentlength>5</D:getcontentlength>' + DATE)
FOLDERS = {  # What PROPFIND finds for the collection, for the file in it, and for a third resource.
    'ordinary': (FOLDER + MISSING, FILE + MISSING, FOLDER + MISSING),
    'reversed': (MISSING + FOLDER, MISSING + FILE, MISSING + FOLDER),
    'with-status': (FOLDER + MISSING, FILE + MISSING, '<D:status>HTTP/1.1 403 Forbidden</D:status>'),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def answer(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        folder = self.path.strip('/').split('/')[0]
        finds = dict(zip([f'/{folder}/', f'/{folder}/file', f'/{folder}/third/'], FOLDERS.get(folder, [FOLDER])))
        if self.headers.get('Depth') == '0':
            finds = {path: found for path, found in finds.items() if path.strip('/') == self.path.strip('/')}
        if self.command != 'PROPFIND':
            finds = {f'/{folder}/file': '<D:status>HTTP/1.1 423 Locked</D:status>'}
        responses = [f'<D:response><D:href>{path}</D:href>{found}</D:response>' for path, found in finds.items()]
        content = f'<D:multistatus xmlns:D="DAV:">{"".join(responses)}</D:multistatus>'.encode()
        self.send_response(200 if self.command == 'HEAD' else 207)
        for field in [('Content-Type', 'application/xml'), ('Content-Length', str(len(content))), ('DAV', '1')]:
            self.send_header(*field)
        self.end_headers()
        self.wfile.write(b'' if self.command == 'HEAD' else content)

    do_PROPFIND = do_DELETE = do_MOVE = do_COPY = do_HEAD = do_OPTIONS = answer

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass

    log_message = lambda *_: None


def report(name, folder, lines):
    print(f'{name}: {folder}: {", ".join(lines)}')


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
origin = f'http://127.0.0.1:{server.server_address[1]}'
subprocess.run(['node', '--no-deprecation', f'{sys.argv[1]}/ask.mjs', origin, json.dumps(list(FOLDERS))], timeout=60)


async def use_aiowebdav2(method):
    async with aiowebdav2.Client(origin, 'user', 'password') as client:
        if method == 'DELETE':
            return await client.clean('ordinary/')
        await (client.move if method == 'MOVE' else client.copy)('ordinary/', 'other/')


three = webdav3.client.Client({'webdav_hostname': origin, 'webdav_login': 'user', 'webdav_password': 'password'})
four = webdav4.client.Client(origin)
for folder in FOLDERS:
    found = four.ls(folder)
    report('webdav4', folder, [f'/{each["name"]} is a {each["type"]} of {each["content_length"]}' for each in found])
changes = {
    'webdav4': {'DELETE': lambda: four.remove('ordinary'), 'MOVE': lambda: four.move('ordinary', 'other', True),
                'COPY': lambda: four.copy('ordinary', 'other')},
    'webdavclient3': {'DELETE': lambda: three.clean('ordinary/'), 'MOVE': lambda: three.move('ordinary/', 'other/'),
                      'COPY': lambda: three.copy('ordinary/', 'other/')},
    'aiowebdav2': {method: lambda method=method: asyncio.run(use_aiowebdav2(method))
                   for method in ('DELETE', 'MOVE', 'COPY')},
}
for name, methods in changes.items():
    results = []
    for method, change in methods.items():
        try:
            change()
            results.append(f'{method} success')
        except Exception:
            results.append(f'{method} error')
    print(f'{name}: {", ".join(results)}')
PY
seen=$(timeout 100 "$tmp/venv/bin/python" -u "$tmp/ask.py" "$tmp" 2>&1) || true
described='webdav: ordinary: /ordinary/file is a file of 5, /ordinary/third is a directory of 0
webdav: reversed: /reversed is a file of 0, /reversed/file is a file of 0, /reversed/third is a file of 0
webdav: with-status: an error
webdav: DELETE success, MOVE success, COPY success
webdav-client: ordinary: /ordinary/file is a file of 5, /ordinary/third is a directory of 0
webdav-client: reversed: an error
webdav-client: with-status: an error
webdav-client: DELETE success, MOVE success, COPY success
webdav4: ordinary: /ordinary/file is a file of 5, /ordinary/third is a directory of None
webdav4: reversed: /reversed/file is a file of 5, /reversed/third is a directory of None
webdav4: with-status: /with-status/file is a file of 5, /with-status/third is a None of None
webdav4: DELETE error, MOVE error, COPY error
webdavclient3: DELETE success, MOVE success, COPY success
aiowebdav2: DELETE success, MOVE success, COPY success'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
