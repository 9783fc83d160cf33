#!/usr/bin/env bash
# Readers of JSON text sequences lose texts with or without a line feed, fail at a cut-off text, or return a cut number.
#
# Expected: a record separator begins a text, several of them in a row are as one, and what is not JSON is skipped or
#   reported without an end of the reading (RFC 7464, sections 2.1 and 2.3). A line feed may stand within a text, and
#   need not follow one that ends with a quote, a bracket or a brace. A number, true, false or null without white space
#   after it is cut off (section 2.4). All four packages promise RFC 7464.
# Seen: json-text-sequence reports texts without a line feed as truncated, also with other white space, and fails at
#   null. rfc7464 loses a text with a line feed in it, numbers before a space, and the last text without a line feed.
#   jsonseq fails for the whole sequence at such texts or at one that is cut off, and returns a cut number.
#   simplejsonseq reports the complete text after a cut one as part of it, and an invalid text between two separators.
# Packages: json-text-sequence 4.0.3 (npm), jsonseq 1.0.0, rfc7464 17.7.0, simplejsonseq 0.2.1 (PyPI). Date:
#   2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts json-text-sequence@4.0.3 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check jsonseq==1.0.0 rfc7464==17.7.0 simplejsonseq==0.2.1
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/sequences.json" <<'JSON'
{
  "ordinary": "\u001e{\"a\":1}\n\u001e{\"b\":2}\n",
  "line feed within": "\u001e{\n\"a\":1\n}\n\u001e{\"b\":2}\n",
  "no line feed": "\u001e{\"a\":1}\u001e{\"b\":2}",
  "space": "\u001e12 \u001e{\"b\":2} ",
  "null": "\u001enull\n\u001e{\"b\":2}\n",
  "two separators": "\u001e\u001e{\"a\":1}\n\u001e\u001e{\"b\":2}\n",
  "cut text": "\u001e{\"a\":\u001e{\"b\":2}\n",
  "cut number": "\u001e{\"a\":1}\n\u001e12"
}
JSON
cat > "$tmp/ask.mjs" <<'JS'
import fs from 'node:fs'
import { Parser } from 'json-text-sequence'

for (const [label, sequence] of Object.entries(JSON.parse(fs.readFileSync(process.argv[2])))) {
  const found = []
  const parser = new Parser()
  parser.on('data', text => found.push(JSON.stringify(text)))
  for (const event of ['truncated', 'invalid']) parser.on(event, () => found.push(event))
  await new Promise(resolve => {
    parser.on('error', () => resolve(found.push('an error'))).on('end', resolve)
    parser.end(sequence)
  })
  console.log(`json-text-sequence: ${label}: ${found.join(', ')}`)
}
JS
cat > "$tmp/ask.py" <<'PY'
import io, json, sys, warnings

import jsonseq.decode, rfc7464, simplejsonseq

warnings.simplefilter('ignore')
with open(sys.argv[1]) as file:
    sequences = json.load(file)
reads = {
    'jsonseq': lambda sequence: jsonseq.decode.JSONSeqDecoder().decode(io.StringIO(sequence)),
    'rfc7464': lambda sequence: rfc7464.Parser().receive(sequence.encode()),
    'simplejsonseq': lambda sequence: simplejsonseq.load(io.StringIO(sequence)),
}
for name, read in reads.items():
    for label, sequence in sequences.items():
        found = []
        try:
            for text in read(sequence):
                invalid = isinstance(text, simplejsonseq.InvalidJSON)
                found.append('invalid' if invalid else json.dumps(text, separators=(',', ':')))
        except ValueError:
            found.append('an error')
        print(f'{name}: {label}: {", ".join(found)}')
PY
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" "$tmp/sequences.json" 2>&1 &&
  timeout 60 "$tmp/venv/bin/python" "$tmp/ask.py" "$tmp/sequences.json" 2>&1) || true
described='json-text-sequence: ordinary: {"a":1}, {"b":2}
json-text-sequence: line feed within: {"a":1}, {"b":2}
json-text-sequence: no line feed: truncated, truncated
json-text-sequence: space: truncated, truncated
json-text-sequence: null: an error
json-text-sequence: two separators: {"a":1}, {"b":2}
json-text-sequence: cut text: truncated, {"b":2}
json-text-sequence: cut number: {"a":1}, truncated
jsonseq: ordinary: {"a":1}, {"b":2}
jsonseq: line feed within: {"a":1}, {"b":2}
jsonseq: no line feed: an error
jsonseq: space: an error
jsonseq: null: null, {"b":2}
jsonseq: two separators: {"a":1}, {"b":2}
jsonseq: cut text: an error
jsonseq: cut number: {"a":1}, 12
rfc7464: ordinary: {"a":1}, {"b":2}
rfc7464: line feed within: {"b":2}
rfc7464: no line feed: {"a":1}
rfc7464: space: 
rfc7464: null: null, {"b":2}
rfc7464: two separators: {"a":1}, {"b":2}
rfc7464: cut text: {"b":2}
rfc7464: cut number: {"a":1}
simplejsonseq: ordinary: {"a":1}, {"b":2}
simplejsonseq: line feed within: {"a":1}, {"b":2}
simplejsonseq: no line feed: invalid
simplejsonseq: space: invalid
simplejsonseq: null: null, {"b":2}
simplejsonseq: two separators: invalid, {"a":1}, invalid, {"b":2}
simplejsonseq: cut text: invalid
simplejsonseq: cut number: {"a":1}, invalid'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
