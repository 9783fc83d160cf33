#!/usr/bin/env bash
# Middleware compresses parts of files, for clients that do not accept it, and under the same strong entity tag.
#
# Expected: the content of a 206 is the part of the representation that Content-Range tells (RFC 9110, sections 14.4 and
#   15.3.7), and compressing it afterwards makes a stream that joins with no other part. A strong entity tag differs for
#   each coding (section 8.8.3.3), and Vary names what the choice depended on (section 12.5.5). A coding with `q=0` is
#   not acceptable (section 12.4.2), and names of codings do not depend on case (section 8.4.1).
# Seen: brotli-asgi, asgi-gzip and asgi-compression compress the part of a 206, under its range of the uncompressed
#   file. They also compress for `gzip;q=0, br;q=0`, and not for `GZip, BR` (asgi-gzip refers to the documentation of
#   Starlette, where it is enough that the field includes "gzip"). brotli-asgi sends the uncompressed file without Vary.
#   starlette-compress, whose readme tells that it leaves parts alone, does all of this right, but with each of the
#   four the file has the same strong tag in both codings.
# Packages: brotli-asgi 1.7.0, asgi-gzip 0.3, asgi-compression 0.1.1, starlette-compress 2.0.0, with starlette 1.10.0
#   and httpx 0.29.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" brotli-asgi==1.7.0 \
  asgi-gzip==0.3 asgi-compression==0.1.1 starlette-compress==2.0.0 starlette==1.10.0 httpx==0.29.0 ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.py" <<'PY'
import asyncio, sys

import asgi_compression, asgi_gzip, brotli_asgi, httpx, starlette_compress
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Route

MIDDLEWARE = {
    'brotli-asgi': brotli_asgi.BrotliMiddleware,
    'asgi-gzip': asgi_gzip.GZipMiddleware,
    'asgi-compression': lambda app: asgi_compression.CompressionMiddleware(
        app=app, algorithms=[asgi_compression.GzipAlgorithm()]
    ),
    'starlette-compress': starlette_compress.CompressMiddleware,
}
path = f'{sys.argv[1]}/file.txt'
with open(path, 'w') as file:
    file.write(''.join(f'{number}\n' for number in range(2000)))


async def endpoint(request):
    return FileResponse(path)


async def ask(name, wrap):
    app = wrap(Starlette(routes=[Route('/file.txt', endpoint)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url='http://h.example') as client:
        responses = {}
        for title, fields in [
            ('none', {'Accept-Encoding': 'identity'}),
            ('accepted', {'Accept-Encoding': 'gzip, br'}),
            ('q=0', {'Accept-Encoding': 'gzip;q=0, br;q=0'}),
            ('capitals', {'Accept-Encoding': 'GZip, BR'}),
            ('part', {'Accept-Encoding': 'gzip, br', 'Range': 'bytes=0-999'}),
        ]:
            response = responses[title] = await client.get('/file.txt', headers=fields)
            found = [str(response.status_code), response.headers.get('Content-Encoding', 'as it is')]
            if title == 'part':
                found.append(response.headers['Content-Range'])
            elif 'Vary' not in response.headers:
                found.append('no Vary')
            print(f'{name}: {title}: ' + ', '.join(found))
        tags = {responses[title].headers['ETag'] for title in ('none', 'accepted')}
        weak = any(tag.startswith('W/') for tag in tags)
        print(f'{name}: entity tags: {"same" if len(tags) == 1 else "different"}, {"weak" if weak else "strong"}')


for name, wrap in MIDDLEWARE.items():
    asyncio.run(ask(name, wrap))
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 -W ignore "$tmp/ask.py" "$tmp" 2>&1) || true
described='brotli-asgi: none: 200, as it is, no Vary
brotli-asgi: accepted: 200, br
brotli-asgi: q=0: 200, br
brotli-asgi: capitals: 200, as it is, no Vary
brotli-asgi: part: 206, br, bytes 0-999/8890
brotli-asgi: entity tags: same, strong
asgi-gzip: none: 200, as it is
asgi-gzip: accepted: 200, gzip
asgi-gzip: q=0: 200, gzip
asgi-gzip: capitals: 200, as it is
asgi-gzip: part: 206, gzip, bytes 0-999/8890
asgi-gzip: entity tags: same, strong
asgi-compression: none: 200, as it is
asgi-compression: accepted: 200, gzip
asgi-compression: q=0: 200, gzip
asgi-compression: capitals: 200, as it is
asgi-compression: part: 206, gzip, bytes 0-999/8890
asgi-compression: entity tags: same, strong
starlette-compress: none: 200, as it is
starlette-compress: accepted: 200, br
starlette-compress: q=0: 200, as it is
starlette-compress: capitals: 200, br
starlette-compress: part: 206, as it is, bytes 0-999/8890
starlette-compress: entity tags: same, strong'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
