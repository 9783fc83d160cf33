#!/usr/bin/env bash
# Libraries for HTTP message signatures sign other component values than the message has.
#
# Expected: @authority has a port unless it is the default (RFC 9421, section 2.2.3), and brackets for an IPv6 address.
#   @request-target is the target of the request line (2.2.5), and @query is `?` without a query (2.2.7). The value of
#   @query-param is percent-encoded again (2.2.8). A field keeps the spaces within its value (2.1), and `key` means one
#   member of a dictionary (2.1.2). The readmes say that the packages implement this RFC, or (@ltonetwork's) its draft.
# Seen: @ltonetwork's repeats a port and joins spaces; it and @misskey-dev's sign an empty @query. The latter signs
#   method and path as @request-target, and a decoded @query-param. http-msg-sig keeps the default port, writes `??` in
#   @request-target, does not know @query-param, and signs the whole dictionary for one member. regent-httpsig drops
#   the brackets. http-message-signatures does all of it right.
# Packages: @ltonetwork/http-message-signatures 0.1.12, @misskey-dev/node-http-message-signatures 0.0.10,
#   http-message-signatures 1.0.6 (npm), on Node.js 20, http-msg-sig 0.2.1, regent-httpsig 0.7.3 (PyPI).
#   Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts http-message-signatures@1.0.6 \
    @ltonetwork/http-message-signatures@0.1.12 @misskey-dev/node-http-message-signatures@0.0.10 >/dev/null &&
  python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" \
    http-msg-sig==0.2.1 regent-httpsig==0.7.3
} || { echo 'cannot install the packages' >&2; exit 2; }

cases='[["https://h.example:443/", "@authority", "", "h.example"],
  ["https://h.example:8080/", "@authority", "", "h.example:8080"],
  ["http://[2001:db8::1]:8080/", "@authority", "", "[2001:db8::1]:8080"], ["https://h.example/p", "@query", "", "?"],
  ["https://h.example/p?a=b", "@request-target", "", "/p?a=b"],
  ["https://h.example/p?a=with+plus", "@query-param", ";name=\"a\"", "with%20plus"],
  ["https://h.example/", "note", "", "two  spaces"], ["https://h.example/", "dict", ";key=\"b\"", "2;x=1"]]'
cat > "$tmp/sign.mjs" <<'JS'
import { sign } from '@ltonetwork/http-message-signatures';
import { RFC9421SignatureBaseFactory } from '@misskey-dev/node-http-message-signatures';
import dhensby from 'http-message-signatures';

const method = 'GET';
const fields = { note: 'two  spaces', dict: 'a=1, b=2;x=1' };
let base;
const key = { keyid: 'k', alg: 'hmac-sha256', sign: (data) => { base = String(data); return Buffer.from('x'); } };
const LIBRARIES = {
  '@ltonetwork': (url, id) => sign({ method, url, headers: fields }, { components: [JSON.parse(id)], signer: key }),
  '@misskey-dev': (url, id) => {
    const headers = { ...fields, host: new URL(url).host, 'signature-input': `s=(${id});created=1` };
    base = new RFC9421SignatureBaseFactory({ method, url, headers }, 'https', { dict: 'dict' }).generate('s');
  },
  'http-message-signatures': (url, id) =>
    dhensby.httpbis.signMessage({ key, fields: [id] }, { method, url, headers: fields }),
};
for (const [library, setBase] of Object.entries(LIBRARIES)) {
  let right = true;
  for (const [url, name, parameters, expected] of JSON.parse(process.argv[2])) {
    if (parameters && library === '@ltonetwork') continue; // knows no parameters
    const id = `"${name}"${parameters}`;
    await setBase(url, id);
    const value = base.split('\n')[0].slice(id.length + 2);
    if (value !== expected) right = console.log(`${library}: ${id} of ${url}: ${value || 'empty'}, not ${expected}`);
  }
  if (right) console.log(`${library}: all as expected`);
}
JS
cat > "$tmp/sign.py" <<'PY'
import json, sys, types

import http_msg_sig, regent_httpsig
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

FIELDS = {'note': 'two  spaces', 'dict': 'a=1, b=2;x=1'}


class Key(ed25519.Ed25519PrivateKey, rsa.RSAPrivateKey):  # keeps what it is to sign
    def sign(self, data, *arguments, **keywords):
        self.base = data.decode()
        return bytes(64)


Key.__abstractmethods__ = frozenset()
key = Key()
signer = http_msg_sig.HTTPMessageSigner(
    signature_algorithm=http_msg_sig.algorithms.RSA_V1_5_SHA256,
    key_resolver=types.SimpleNamespace(resolve_private_key=lambda key_id: key),
)
for library in ('http-msg-sig', 'regent-httpsig'):
    for url, name, parameters, expected in json.loads(sys.argv[1]):
        item = f'"{name}"{parameters}'
        try:
            if library == 'http-msg-sig':
                message = types.SimpleNamespace(method='GET', url=url, headers=dict(FIELDS))
                signer.sign(message, key_id='k', covered_component_ids=[item])
            elif parameters or name == '@request-target':
                continue  # knows none of these
            else:
                regent_httpsig.sign_request(key, 'GET', url, FIELDS, covered=(name,))
            value = key.base.split('\n')[0][len(item) + 2:]
        except http_msg_sig.HTTPMessageSignaturesException:
            value = 'an error'
        if value != expected:
            print(f'{library}: {item} of {url}: {value}, not {expected}')
PY
seen=$(timeout 60 node --no-deprecation "$tmp/sign.mjs" "$cases" 2>&1 &&
  PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/sign.py" "$cases" 2>&1) || true
described='@ltonetwork: "@authority" of https://h.example:8080/: h.example:8080:8080, not h.example:8080
@ltonetwork: "@authority" of http://[2001:db8::1]:8080/: [2001:db8::1]:8080:8080, not [2001:db8::1]:8080
@ltonetwork: "@query" of https://h.example/p: empty, not ?
@ltonetwork: "note" of https://h.example/: two spaces, not two  spaces
@misskey-dev: "@query" of https://h.example/p: empty, not ?
@misskey-dev: "@request-target" of https://h.example/p?a=b: get /p, not /p?a=b
@misskey-dev: "@query-param";name="a" of https://h.example/p?a=with+plus: with plus, not with%20plus
http-message-signatures: all as expected
http-msg-sig: "@authority" of https://h.example:443/: h.example:443, not h.example
http-msg-sig: "@request-target" of https://h.example/p?a=b: /p??a=b, not /p?a=b
http-msg-sig: "@query-param";name="a" of https://h.example/p?a=with+plus: an error, not with%20plus
http-msg-sig: "dict";key="b" of https://h.example/: a=1, b=2;x=1, not 2;x=1
regent-httpsig: "@authority" of http://[2001:db8::1]:8080/: 2001:db8::1:8080, not [2001:db8::1]:8080'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
