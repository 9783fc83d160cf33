#!/usr/bin/env bash
# Readers of .netrc files lose entries, cut passwords, and take a password from a macro.
#
# Expected: the tokens of a .netrc file are separated by spaces, tabs or newlines. A macro ends with an empty line, and
#   the entry `default`, which comes last, matches every machine (GNU Inetutils manual, "The .netrc file").
# Seen: netrc and netrc-reader take a password from a macro, and netrc loses the machine after one. netrc-parser and
#   netrc-reader do not know tabs, and find only the last machine of a line. netrc-parser ends an entry at an empty
#   line. None of the three finds the default entry (netrc-reader does if `default` stands on its own line). netrc and
#   netrc-parser cut the password at a number sign. The module of Python 3.11 reads all of it.
# Packages: netrc 0.1.4, netrc-parser 3.1.6, netrc-reader 0.1.1 (npm), on Node.js 20. Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts netrc@0.1.4 netrc-parser@3.1.6 \
  netrc-reader@0.1.1 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }

mkdir "$tmp/files"
cd "$tmp/files"
umask 077
printf 'machine h.example login ann password secret\nmachine i.example login bob password other\n' > ordinary
printf 'machine h.example login ann password secret machine i.example login bob password other\n' > 'same line'
printf 'machine\th.example\tlogin\tann\tpassword\tsecret\n' > tabs
printf 'machine h.example login ann\n\npassword secret\n' > 'empty line'
printf 'machine i.example login bob password other\nmacdef init\nbinary\ncd /pub\n\n' > 'macro before'
printf 'machine h.example login ann password secret\n' >> 'macro before'
printf 'machine h.example login ann password secret\nmacdef init\ncd /pub\npassword other\n\n' > 'macro after'
printf 'machine i.example login bob password other\ndefault login ann password secret\n' > default
printf 'machine h.example login ann password secret#1\n' > 'number sign'
cat > "$tmp/read.mjs" <<'JS'
import fs from 'node:fs'
import netrc from 'netrc'
import { Netrc } from 'netrc-parser'
import { NetRC } from 'netrc-reader'

const reads = {
  'netrc': async file => {
    const machines = netrc(file)
    return machines['h.example'] ?? machines.default
  },
  'netrc-parser': async file => {
    const read = new Netrc(file)
    await read.load()
    return read.machines['h.example'] ?? read.machines.default ?? read.default
  },
  'netrc-reader': async file => {
    const read = new NetRC(file)
    await read.load()
    return read.getConfig('h.example')
  },
}
for (const [name, read] of Object.entries(reads)) {
  for (const file of fs.readdirSync('.').sort()) {
    const found = await read(file)
    console.log(`${name}: ${file}: ${found?.login ? `${found.login} ${found.password}` : 'no entry'}`)
  }
}
JS
cat > "$tmp/read.py" <<'PY'
import netrc, os

for file in sorted(os.listdir()):
    login, _, password = netrc.netrc(file).authenticators('h.example')
    print(f'Python: {file}: {login} {password}')
PY
seen=$(timeout 60 node --no-deprecation "$tmp/read.mjs" 2>&1 && timeout 60 python3 "$tmp/read.py" 2>&1) || true
described='netrc: default: no entry
netrc: empty line: ann secret
netrc: macro after: ann other
netrc: macro before: no entry
netrc: number sign: ann secret
netrc: ordinary: ann secret
netrc: same line: ann secret
netrc: tabs: ann secret
netrc-parser: default: no entry
netrc-parser: empty line: ann undefined
netrc-parser: macro after: ann secret
netrc-parser: macro before: ann secret
netrc-parser: number sign: ann secret
netrc-parser: ordinary: ann secret
netrc-parser: same line: bob other
netrc-parser: tabs: no entry
netrc-reader: default: no entry
netrc-reader: empty line: ann secret
netrc-reader: macro after: ann other
netrc-reader: macro before: ann secret
netrc-reader: number sign: ann secret#1
netrc-reader: ordinary: ann secret
netrc-reader: same line: bob other
netrc-reader: tabs: no entry
Python: default: ann secret
Python: empty line: ann secret
Python: macro after: ann secret
Python: macro before: ann secret
Python: number sign: ann secret#1
Python: ordinary: ann secret
Python: same line: ann secret
Python: tabs: ann secret'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
