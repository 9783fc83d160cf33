#!/usr/bin/env bash
# Readers of multipart responses lose parts or fields if a preamble, padding or only the white space differs.
#
# Expected: CRLF or a preamble may precede the first boundary of multipart/byteranges (RFC 9110, section 14.6; RFC 2046,
#   section 5.1.1). White space may follow a boundary, and the CRLF before it is not content (RFC 2046). Names of types
#   and parameters are case-insensitive, white space may precede a semicolon (RFC 9110, sections 8.3.1 and 5.6.6), and
#   need not follow a colon (RFC 5322, section 2.2). The readmes, or the docstrings of mime-streamer, promise to read
#   multipart responses; that of meros says that the preamble yields nothing.
# Seen: mixpart fails for CRLF first, a preamble, white space after a boundary or before a semicolon, and if the last
#   octets come alone. meros yields the end of a preamble that names the boundary, does not know `Multipart`, and loses
#   fields without a space; byteranges refuses these. mime-streamer adds CRLF to every content, makes a part of CRLF
#   first, takes a preamble for fields, and does not know `Boundary`. @apeleghq's reads all, but is given the boundary.
# Packages: mixpart 0.0.6, meros 1.3.2, byteranges 1.1.0, @apeleghq/multipart-parser 1.0.18 (npm), on Node.js 20,
#   mime-streamer 0.2.0 with six 1.17.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts mixpart@0.0.6 meros@1.3.2 \
    byteranges@1.1.0 @apeleghq/multipart-parser@1.0.18 >/dev/null &&
  python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
    mime-streamer==0.2.0 six==1.17.0
} || { echo 'cannot install the packages' >&2; exit 2; }

field='Content-Type: text/x\r\nContent-Range: bytes'
parts="--B\r\n$field 0-2/9\r\n\r\nabc\r\n--B\r\n$field 5-7/9\r\n\r\nfgh\r\n--B--\r\n"
type='multipart/byteranges; boundary=B'
cases="{\"ordinary\": [\"$type\", \"$parts\"], \"upper case\": [\"Multipart/Byteranges; Boundary=B\", \"$parts\"],
  \"space ;\": [\"$type ; a=b\", \"$parts\"], \"no space\": [\"$type\", \"${parts//: /:}\"],
  \"CRLF first\": [\"$type\", \"\r\n$parts\"], \"preamble\": [\"$type\", \"Parts begin with --B here.\r\n$parts\"],
  \"padding\": [\"$type\", \"${parts//--B\\r/--B \\r}\"]}"
cat > "$tmp/read.mjs" <<'JS'
import { parseMultipartMessage } from '@apeleghq/multipart-parser';
import byteranges from 'byteranges';
import { meros } from 'meros/browser';
import { parseMultipartStream } from 'mixpart';

const CASES = JSON.parse(process.argv[2]);
CASES['octet by octet'] = [...CASES.ordinary, 1];
const response = ([type, body, size = 1000]) => new Response(new ReadableStream({
  start(controller) {
    for (let i = 0; i < body.length; i += size) controller.enqueue(Buffer.from(body.slice(i, i + size)));
    controller.close();
  },
}), { headers: { 'Content-Type': type } });
const LIBRARIES = {
  async * mixpart(answer) {
    for await (const { headers, payload } of parseMultipartStream(answer)) {
      yield [headers.get('content-type'), await new Response(payload).text()];
    }
  },
  async * meros(answer) {
    for await (const { headers, body } of await meros(answer)) yield [headers['content-type'], body];
  },
  async * byteranges(answer) {
    for (const { type, octets } of byteranges.parse(Buffer.from(await answer.arrayBuffer()), 'B')) yield [type, octets];
  },
  async * '@apeleghq'(answer) {
    for await (const { headers, body } of parseMultipartMessage(answer.body, 'B')) {
      yield [headers.get('content-type'), Buffer.from(body)];
    }
  },
};
for (const [library, read] of Object.entries(LIBRARIES)) {
  let right = true;
  for (const [title, test] of Object.entries(CASES)) {
    const parts = [];
    try {
      for await (const [type, content] of read(response(test))) parts.push(`${type} ${content}`);
    } catch (error) {
      parts.push(`error: ${error.message}`);
    }
    if (`${parts}` !== 'text/x abc,text/x fgh') right = console.log(`${library}: ${title}: ${parts.join(', ')}`);
  }
  if (right) console.log(`${library}: all right`);
}
JS
cat > "$tmp/read.py" <<'PY'
import json, sys, types

from mime_streamer import MIMEResponseStreamer, exceptions

for title in ('ordinary', 'upper case', 'CRLF first', 'preamble'):
    content_type, body = json.loads(sys.argv[1])[title]
    response = types.SimpleNamespace(headers={'content-type': content_type})
    response.iter_content = lambda **arguments: [body.encode()]
    parts = []
    try:
        streamer = MIMEResponseStreamer(response)
        while True:
            with streamer.get_next_part() as part:
                parts.append(f'{part.headers.get("content-type")} {part.content.read().decode()!r}')
    except exceptions.NoPartError:
        pass
    except KeyError as error:
        parts.append(f'error: {error}')
    print(f'mime-streamer: {title}: ' + ', '.join(parts))
PY
seen=$(timeout 60 node --no-deprecation "$tmp/read.mjs" "$cases" 2>&1 &&
  PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/read.py" "$cases" 2>&1) || true
described='mixpart: space ;: error: Invalid multipart stream: missing initial boundary
mixpart: CRLF first: error: Invalid multipart stream: missing initial boundary
mixpart: preamble: error: Invalid multipart stream: missing initial boundary
mixpart: padding: error: Invalid character after boundary: expected CRLF or LF, got 0x20
mixpart: octet by octet: text/x abc, text/x fgh, error: Unexpected data after end of stream
meros: upper case: error: (intermediate value) is not async iterable
meros: no space: undefined abc, undefined fgh
meros: preamble: undefined re, text/x abc, text/x fgh
byteranges: no space: error: Content-Range header not found
@apeleghq: all right
mime-streamer: ordinary: text/x '\''abc\r\n'\'', text/x '\''fgh\r\n'\''
mime-streamer: upper case: error: '\''boundary'\''
mime-streamer: CRLF first: None '\'''\'', text/x '\''abc\r\n'\'', text/x '\''fgh\r\n'\''
mime-streamer: preamble: None '\''abc\r\n'\'', text/x '\''fgh\r\n'\'''

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
