#!/usr/bin/env bash
# Certificates of four tools for test servers fail in clients that check as the RFCs say.
#
# Expected: a client looks for the host in the certificate's alternative names and must not use the common name (RFC
#   9110, section 4.3.4). A certificate that a CA issues names the key of its issuer, and a CA's certificate says that
#   it is one (RFC 5280, sections 4.2.1.1 and 4.2.1.9); OpenSSL's strict mode asks for that, as Python does by default
#   from 3.13. self-cert's readme promises certificates for any scenario, and create-cert's that its CA validates the
#   certificate.
# Seen: a certificate of make-cert or create-cert has no alternative names, and that of self-cert has the host as a
#   URI. mkcert leaves out the key identifiers. create-cert makes certificates of version 1, so that its CA does not
#   count as one, and gives it the name localhost, so that no client accepts a certificate for localhost. Those of
#   selfsigned and trustme pass.
# Packages: make-cert 1.2.1, self-cert 2.0.1, mkcert 3.2.0, create-cert 1.0.6, which needs the command openssl,
#   selfsigned 5.5.0 (npm), on Node.js 20, trustme 1.2.1 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts make-cert@1.2.1 self-cert@2.0.1 \
  mkcert@3.2.0 create-cert@1.0.6 selfsigned@5.5.0 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" trustme==1.2.1 ||
  { echo 'cannot install the package' >&2; exit 2; }
openssl version >/dev/null || { echo 'the command openssl is missing' >&2; exit 2; }

cat > "$tmp/make.mjs" <<'JS'
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import createCert from 'create-cert';
import makeCert from 'make-cert';
import * as mkcert from 'mkcert';
import selfCert from 'self-cert';
import { generate } from 'selfsigned';

const write = (name, key, certificate, ca = certificate) => {
  for (const [kind, pem] of Object.entries({ key, certificate, ca })) {
    writeFileSync(`${process.argv[2]}/${name}.${kind}`, pem);
  }
};

const made = makeCert('localhost');
write('make-cert', made.key, made.cert);
const self = selfCert({ attrs: { commonName: 'localhost' }, bits: 2048 });
write('self-cert', self.privateKey, self.certificate);
const names = new X509Certificate(self.certificate).subjectAltName.split(',');
console.log(`first alternative name by self-cert: ${names[0]}`);
const subject = { organization: 'Test', countryCode: 'NP', state: 'Bagmati', locality: 'Kathmandu', validity: 30 };
const ca = await mkcert.createCA(subject);
const issued = await mkcert.createCert({ ca, domains: ['localhost'], validity: 30 });
write('mkcert', issued.key, issued.cert, ca.cert);
for (const host of ['localhost', 'test.example']) {
  const created = await createCert(host);
  write(`create-cert ${host}`, created.key, created.cert, created.caCert);
}
const generated = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 });
write('selfsigned', generated.private, generated.cert);
JS
cat > "$tmp/connect.py" <<'PY'
import socket, ssl, sys, threading

import trustme

tmp = sys.argv[1]


def accept(server, context):
    while True:
        connection = server.accept()[0]
        try:
            with context.wrap_socket(connection, server_side=True) as stream:
                stream.recv(1)
        except OSError:
            pass


def connect(name, host, strict, common_name):
    client = ssl.create_default_context(cafile=f'{tmp}/{name}.ca')
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    client.verify_flags |= ssl.VERIFY_X509_STRICT if strict else 0
    client.hostname_checks_common_name = common_name
    try:
        with client.wrap_socket(socket.create_connection(server.getsockname(), 10), server_hostname=host):
            return 'accepted'
    except ssl.SSLCertVerificationError as error:
        return error.verify_message.split(',')[0]


ca = trustme.CA()
issued = ca.issue_cert('localhost')
ca.cert_pem.write_to_path(f'{tmp}/trustme.ca')
issued.cert_chain_pems[0].write_to_path(f'{tmp}/trustme.certificate')
issued.private_key_pem.write_to_path(f'{tmp}/trustme.key')
NAMES = ['selfsigned', 'trustme', 'make-cert', 'self-cert', 'mkcert']
NAMES += ['create-cert localhost', 'create-cert test.example']
for name in NAMES:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_ciphers('DEFAULT@SECLEVEL=1')
    context.load_cert_chain(f'{tmp}/{name}.certificate', f'{tmp}/{name}.key')
    server = socket.create_server(('127.0.0.1', 0))
    threading.Thread(target=accept, args=(server, context), daemon=True).start()
    host = name.split()[1] if ' ' in name else 'localhost'
    print(f'{name}: ' + ', '.join([
        connect(name, host, False, True),
        'without common name ' + connect(name, host, False, False),
        'strict ' + connect(name, host, True, True),
    ]))
PY
seen=$(timeout 30 node "$tmp/make.mjs" "$tmp" 2>&1
  PYTHONPATH="$tmp/py" timeout 30 python3 "$tmp/connect.py" "$tmp" 2>&1) || true
described='first alternative name by self-cert: URI:DNS: localhost
selfsigned: accepted, without common name accepted, strict accepted
trustme: accepted, without common name accepted, strict accepted
make-cert: accepted, without common name Hostname mismatch, strict accepted
self-cert: accepted, without common name Hostname mismatch, strict accepted
mkcert: accepted, without common name accepted, strict Missing Authority Key Identifier
create-cert localhost: self-signed certificate, without common name self-signed certificate, strict self-signed certificate
create-cert test.example: accepted, without common name Hostname mismatch, strict invalid CA certificate'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
