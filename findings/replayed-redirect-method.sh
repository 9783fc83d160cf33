#!/usr/bin/env bash
# After a replayed or mocked 307, vcrpy and aioresponses continue with GET, whatever the request was.
#
# Expected: a client that follows 307 does not change the method (RFC 9110, section 15.4.8), and aiohttp does not.
#   vcrpy promises that a test that runs again gets the recorded responses; aioresponses that it answers for aiohttp.
# Seen: the same two requests get other responses from the cassette: the POST to /a gets that of GET /b, and nothing
#   is left for the GET itself. aioresponses answers with the mock for GET, although there is one for POST. A 303,
#   which means GET, is right with both.
# Packages: vcrpy 9.4.2, aioresponses 0.7.9 with aiohttp 3.13.3 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  vcrpy==9.4.2 aioresponses==0.7.9 aiohttp==3.13.3 || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import asyncio, sys

import aiohttp, vcr
from aiohttp import web
from aioresponses import aioresponses


async def redirect(request):
    return web.Response(status=int(request.match_info['status']), headers={'Location': '/b'})


async def echo(request):
    return web.Response(text=request.method)


async def ask(kind, base, status):
    found = []
    try:
        async with aiohttp.ClientSession() as session:
            for method, path in [('POST', f'/a/{status}'), ('GET', '/b')]:
                async with session.request(method, base + path, data=None) as response:
                    found.append(f'{method} {path}: {await response.text()}')
    except Exception as error:
        found.append(f'{method} {path}: {type(error).__name__}')
    print(f'{kind}: {", ".join(found)}')


async def main():
    app = web.Application()
    app.router.add_post('/a/{status}', redirect)
    app.router.add_route('*', '/b', echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, '127.0.0.1', 0).start()
    base = f'http://127.0.0.1:{runner.addresses[0][1]}'
    for status in (303, 307):
        for kind in ('recorded by vcrpy', 'replayed by vcrpy'):
            with vcr.use_cassette(f'{sys.argv[1]}/{status}.yaml'):
                await ask(kind, base, status)
        with aioresponses() as mocks:
            mocks.post(f'{base}/a/{status}', status=status, headers={'Location': '/b'})
            for method in ('GET', 'POST'):
                mocks.add(f'{base}/b', method, body=method, repeat=True)
            await ask('mocked by aioresponses', base, status)
    await runner.cleanup()


asyncio.run(main())
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/ask.py" "$tmp" 2>&1) || true
described='recorded by vcrpy: POST /a/303: GET, GET /b: GET
replayed by vcrpy: POST /a/303: GET, GET /b: GET
mocked by aioresponses: POST /a/303: GET, GET /b: GET
recorded by vcrpy: POST /a/307: POST, GET /b: GET
replayed by vcrpy: POST /a/307: GET, GET /b: CannotOverwriteExistingCassetteException
mocked by aioresponses: POST /a/307: GET, GET /b: GET'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
