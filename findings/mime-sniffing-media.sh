#!/usr/bin/env bash
# Three libraries for MIME sniffing miss formats that the standard lists.
#
# Expected: WHATWG MIME Sniffing, which each of the readmes names as what it implements, has patterns for images
#   (section 6.1), sound and video (section 6.2, with MP3 without ID3 in 6.2.3) and HTML (section 7.1).
# Seen: sniffpy takes BMP for GIF, does not find HTML that begins with `<p>`, and raises an error for MP3 without ID3.
#   mimesniff does not know that, nor WebM; detect-content-type neither that nor a cursor. xtractmime finds all of
#   them.
# Packages: mimesniff 1.1.1, sniffpy 1.0.0, xtractmime 0.2.1 (PyPI), detect-content-type 1.2.0 (npm), on Node.js 20.
#   Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
  mimesniff==1.1.1 sniffpy==1.0.0 xtractmime==0.2.1 || { echo 'cannot install the packages' >&2; exit 2; }
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts detect-content-type@1.2.0 >/dev/null ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/sniff.py" <<'PY'
import contextlib, io, subprocess, sys

import mimesniff, sniffpy, xtractmime

FILES = {
    'GIF': ('image/gif', b'GIF89a'),
    'BMP': ('image/bmp', b'BM\x46\x00'),
    'cursor': ('image/x-icon', b'\x00\x00\x02\x00\x01\x00'),
    'WAV': ('audio/wave', b'RIFF\x24\x00\x00\x00WAVEfmt '),
    'MP3 with ID3': ('audio/mpeg', b'ID3\x03\x00\x00'),
    'MP3': ('audio/mpeg', b'\xff\xfb\x90\x64' + bytes(413) + b'\xff\xfb\x90\x64'),
    'MIDI': ('audio/midi', b'MThd\x00\x00\x00\x06'),
    'Ogg': ('application/ogg', b'OggS\x00\x02'),
    'WebM': ('video/webm', bytes.fromhex('1a45dfa39f4286810142f7810142f2810442f381084282847765626d')),
    'MP4': ('video/mp4', b'\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom'),
    'HTML': ('text/html', b'<html><body>'),
    'paragraph': ('text/html', b'<p>text</p>'),
}
SCRIPT = '''
const sniff = require('detect-content-type');
process.stdin.toArray().then((parts) => console.log(sniff(Buffer.concat(parts))));
'''


def with_sniffpy(content):
    with contextlib.redirect_stdout(io.StringIO()):
        return str(sniffpy.sniff(content))


def with_node(content):
    command = ['node', '-e', SCRIPT]
    return subprocess.run(command, input=content, capture_output=True, cwd=sys.argv[1], timeout=20).stdout.decode()


SNIFF = {
    'mimesniff': mimesniff.what,
    'sniffpy': with_sniffpy,
    'detect-content-type': with_node,
    'xtractmime': lambda content: xtractmime.extract_mime(content).decode(),
}
for title, (expected, content) in FILES.items():
    if not content.startswith(b'<'):
        content = content.ljust(1024, b'\x00')
    print(f'{title}: expected {expected}')
    for name, sniff in SNIFF.items():
        try:
            found = sniff(content).split(';')[0].strip()
        except TypeError:
            found = 'TypeError'
        if found != expected:
            print(f'  {name}: {found}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/sniff.py" "$tmp" 2>&1) || true
described='GIF: expected image/gif
BMP: expected image/bmp
  sniffpy: image/gif
cursor: expected image/x-icon
  detect-content-type: application/octet-stream
WAV: expected audio/wave
MP3 with ID3: expected audio/mpeg
MP3: expected audio/mpeg
  mimesniff: application/octet-stream
  sniffpy: TypeError
  detect-content-type: application/octet-stream
MIDI: expected audio/midi
Ogg: expected application/ogg
WebM: expected video/webm
  mimesniff: application/octet-stream
MP4: expected video/mp4
HTML: expected text/html
paragraph: expected text/html
  sniffpy: text/plain'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
