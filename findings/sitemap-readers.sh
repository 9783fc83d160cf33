#!/usr/bin/env bash
# Readers of sitemaps lose addresses in CDATA, on lines of their own or with a prefix, or take one from a comment.
#
# Expected: a sitemap is XML: an address may stand in CDATA, with white space around it, with references such as &#38;
#   and in elements with a prefix, and a comment has none (sitemaps.org protocol; XML 1.0, sections 2.4, 2.5, 2.7 and
#   4.1; Namespaces in XML, section 4). A sitemap, also one in an index, may be a gzip file (sitemaps.org protocol,
#   "Using Sitemap index files").
# Seen: get-sitemap-links (which promises all links, recursively) fails for all of them, and returns the address in a
#   comment. sitemap-stream-parser loses the address in CDATA, all with a prefix and those of gzip files; sitemap-urls
#   all with a prefix, and it keeps the line ends. sitemapper does not decode &#38;. site-map-parser reports errors for
#   line ends, a comment and gzip files. ultimate-sitemap-parser does what is expected.
# Packages: get-sitemap-links 1.1.0, sitemap-stream-parser 1.7.0, sitemap-urls 3.0.0, sitemapper 4.1.6 (npm),
#   site-map-parser 0.3.9, ultimate-sitemap-parser 1.8.1 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts get-sitemap-links@1.1.0 \
    sitemap-stream-parser@1.7.0 sitemap-urls@3.0.0 sitemapper@4.1.6 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check site-map-parser==0.3.9 ultimate-sitemap-parser==1.8.1
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.mjs" <<'JS'
import getSitemapLinks from 'get-sitemap-links'
import { promisify } from 'node:util'
import Sitemapper from 'sitemapper'
import sitemapStreamParser from 'sitemap-stream-parser'
import sitemapUrls from 'sitemap-urls'

const [origin, files] = process.argv.slice(2)
const reads = {
  'get-sitemap-links': url => (getSitemapLinks.default ?? getSitemapLinks)(url),
  'sitemap-stream-parser': async url => {
    const found = []
    await promisify(sitemapStreamParser.parseSitemaps)(url, each => found.push(each))
    return found
  },
  'sitemap-urls': async url => sitemapUrls.extractUrls(await (await fetch(url)).text()),
  'sitemapper': async url => (await new Sitemapper({ url, timeout: 5000 }).fetch()).sites,
}
for (const [name, read] of Object.entries(reads)) {
  // The last two files are for readers that fetch sitemaps themselves.
  const own = name === 'sitemap-urls' ? JSON.parse(files).slice(0, -2) : JSON.parse(files)
  for (const file of own) {
    const found = await read(`${origin}/${file}`).catch(() => ['an error'])
    const shown = found.map(each => JSON.stringify(each).slice(1, -1).replace(origin, ''))
    console.log(`${name}: ${file}: ${shown.join(' ') || 'nothing'}`)
  }
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import gzip, http.server, json, logging, subprocess, sys, threading

import sitemapparser, usp.fetch_parse
from usp.web_client.requests_client import RequestsWebClient

logging.disable(logging.CRITICAL)
NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9'
SITEMAP = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{}">{}</urlset>'
A, B = '<url><loc>http://h.example/a</loc></url>', '<url><loc>http://h.example/b</loc></url>'
INDEX = '<sitemapindex xmlns="{}"><sitemap><loc>{}</loc></sitemap></sitemapindex>'
FILES = {
    'ordinary.xml': SITEMAP.format(NAMESPACE, A + B),
    'cdata.xml': SITEMAP.format(NAMESPACE, A.replace('http://h.example/a', '<![CDATA[http://h.example/a?c&d]]>') + B),
    'lines.xml': SITEMAP.format(NAMESPACE, A.replace('http://h.example/a', '\nhttp://h.example/a\n') + B),
    'reference.xml': SITEMAP.format(NAMESPACE, A.replace('/a', '/a?c&#38;d') + B),
    'prefix.xml': SITEMAP.format(NAMESPACE, A + B).replace('xmlns=', 'xmlns:s=').replace('<', '<s:')
                         .replace('<s:/', '</s:').replace('<s:?', '<?'),
    'comment.xml': SITEMAP.format(NAMESPACE, A + '<!-- <url><loc>http://h.example/c</loc></url> -->' + B),
    'ordinary.xml.gz': gzip.compress(SITEMAP.format(NAMESPACE, A + B).encode()),
    'index.xml': None,
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        content = FILES.get(self.path[1:], b'')
        content = content if type(content) is bytes else content.encode()
        self.send_response(200 if content else 404)
        self.send_header('Content-Type', 'application/gzip' if self.path.endswith('.gz') else 'application/xml')
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass

    log_message = lambda *_: None


def parse(url):
    parser = sitemapparser.SiteMapParser(url)
    return [str(each.loc) for each in (parser.get_sitemaps() if parser.has_sitemaps() else parser.get_urls())]


def fetch(url):
    tree = usp.fetch_parse.SitemapFetcher(url, 0, web_client=RequestsWebClient()).sitemap()
    return [page.url for page in tree.all_pages()]


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
origin = f'http://127.0.0.1:{server.server_address[1]}'
FILES['index.xml'] = INDEX.format(NAMESPACE, f'{origin}/ordinary.xml.gz')
subprocess.run(['node', '--no-deprecation', f'{sys.argv[1]}/ask.mjs', origin, json.dumps(list(FILES))], timeout=60)
for name, read in {'site-map-parser': parse, 'ultimate-sitemap-parser': fetch}.items():
    for file in FILES:
        try:
            found = [each.replace(origin, '') for each in read(f'{origin}/{file}')]
        except Exception:
            found = ['an error']
        print(f'{name}: {file}: {" ".join(found)}')
PY
seen=$(timeout 100 "$tmp/venv/bin/python" -u "$tmp/ask.py" "$tmp" 2>&1) || true
described='get-sitemap-links: ordinary.xml: http://h.example/a http://h.example/b
get-sitemap-links: cdata.xml: <![CDATA[http://h.example/a?c&d]]> http://h.example/b
get-sitemap-links: lines.xml: http://h.example/b
get-sitemap-links: reference.xml: http://h.example/a?c&#38;d http://h.example/b
get-sitemap-links: prefix.xml: nothing
get-sitemap-links: comment.xml: http://h.example/a http://h.example/c http://h.example/b
get-sitemap-links: ordinary.xml.gz: nothing
get-sitemap-links: index.xml: /ordinary.xml.gz
sitemap-stream-parser: ordinary.xml: http://h.example/a http://h.example/b
sitemap-stream-parser: cdata.xml: http://h.example/b
sitemap-stream-parser: lines.xml: http://h.example/a http://h.example/b
sitemap-stream-parser: reference.xml: http://h.example/a?c&d http://h.example/b
sitemap-stream-parser: prefix.xml: nothing
sitemap-stream-parser: comment.xml: http://h.example/a http://h.example/b
sitemap-stream-parser: ordinary.xml.gz: nothing
sitemap-stream-parser: index.xml: nothing
sitemap-urls: ordinary.xml: http://h.example/a http://h.example/b
sitemap-urls: cdata.xml: http://h.example/a?c&d http://h.example/b
sitemap-urls: lines.xml: \nhttp://h.example/a\n http://h.example/b
sitemap-urls: reference.xml: http://h.example/a?c&d http://h.example/b
sitemap-urls: prefix.xml: nothing
sitemap-urls: comment.xml: http://h.example/a http://h.example/b
sitemapper: ordinary.xml: http://h.example/a http://h.example/b
sitemapper: cdata.xml: http://h.example/a?c&d http://h.example/b
sitemapper: lines.xml: http://h.example/a http://h.example/b
sitemapper: reference.xml: http://h.example/a?c&#38;d http://h.example/b
sitemapper: prefix.xml: http://h.example/a http://h.example/b
sitemapper: comment.xml: http://h.example/a http://h.example/b
sitemapper: ordinary.xml.gz: http://h.example/a http://h.example/b
sitemapper: index.xml: http://h.example/a http://h.example/b
site-map-parser: ordinary.xml: http://h.example/a http://h.example/b
site-map-parser: cdata.xml: http://h.example/a?c&d http://h.example/b
site-map-parser: lines.xml: an error
site-map-parser: reference.xml: http://h.example/a?c&d http://h.example/b
site-map-parser: prefix.xml: http://h.example/a http://h.example/b
site-map-parser: comment.xml: an error
site-map-parser: ordinary.xml.gz: an error
site-map-parser: index.xml: /ordinary.xml.gz
ultimate-sitemap-parser: ordinary.xml: http://h.example/a http://h.example/b
ultimate-sitemap-parser: cdata.xml: http://h.example/a?c&d http://h.example/b
ultimate-sitemap-parser: lines.xml: http://h.example/a http://h.example/b
ultimate-sitemap-parser: reference.xml: http://h.example/a?c&d http://h.example/b
ultimate-sitemap-parser: prefix.xml: http://h.example/a http://h.example/b
ultimate-sitemap-parser: comment.xml: http://h.example/a http://h.example/b
ultimate-sitemap-parser: ordinary.xml.gz: http://h.example/a http://h.example/b
ultimate-sitemap-parser: index.xml: http://h.example/a http://h.example/b'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
