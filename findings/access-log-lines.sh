#!/usr/bin/env bash
# Parsers of access logs misread an escaped quote, a user name with a space, and a method with a hyphen.
#
# Expected: Apache httpd writes a quote within a quoted item as \" (mod_log_config, "Format Notes"). A comment of
#   User-Agent may have quotes (RFC 9110, sections 10.1.5 and 5.6.5), a user-id may have a space (RFC 7617, section 2),
#   and a method is a token (RFC 9110, section 9.1), for instance VERSION-CONTROL (RFC 3253, section 3.5).
# Seen: four cut the user agent at the first quote, and alpine leaves the backslashes in it. For a user with a space,
#   clfparser returns empty fields, without an error, and accesslog and alpine report an error. clf-parser takes
#   VERSION-CONTROL for CONTROL, and apache-log-parser and accesslog find no method. apachelogs reads all of them.
# Packages: clfparser 0.3, apache-log-parser 1.7.0, accesslog 0.1.0b5, apachelogs 0.6.1 (PyPI), clf-parser 0.0.2, alpine
#   0.2.1 (npm). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" clfparser==0.3 \
    apache-log-parser==1.7.0 accesslog==0.1.0b5 apachelogs==0.6.1 &&
  npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts clf-parser@0.0.2 alpine@0.2.1 >/dev/null
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/access.log" <<'LOG'
192.0.2.1 - ann [10/Oct/2026:13:55:36 +0000] "GET /ordinary HTTP/1.1" 200 17 "http://h.example/" "Agent/1.0 (plain)"
192.0.2.2 - ann [10/Oct/2026:13:55:37 +0000] "GET /quote HTTP/1.1" 404 17 "http://h.example/" "Agent/1.0 (a \"b\") C/2"
192.0.2.3 - ann lee [10/Oct/2026:13:55:38 +0000] "GET /user HTTP/1.1" 200 17 "http://h.example/" "Agent/1.0"
192.0.2.4 - ann [10/Oct/2026:13:55:39 +0000] "VERSION-CONTROL /method HTTP/1.1" 200 17 "http://h.example/" "Agent/1.0"
LOG
cat > "$tmp/read.py" <<'PY'
import sys

import accesslog.clparser, apache_log_parser, apachelogs, clfparser

FORMAT = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'


def read_clfparser(line):
    parsed = clfparser.CLFParser.logDict(line)
    return parsed['s'], parsed['u'], parsed['Useragent'].removeprefix('"').removesuffix('"')


def read_apache_log_parser(line):
    parsed = apache_log_parser.make_parser(FORMAT)(line)
    return (parsed['status'], parsed['remote_user'], parsed['request_header_user_agent'],
            parsed.get('request_method', ''))


def read_accesslog(line):
    parser = accesslog.clparser.CLParser()
    parsed = parser.parse(line)
    return parsed['status'], parsed['user'], parsed['agent'], parsed['method']


def read_apachelogs(line):
    parsed = apachelogs.LogParser(FORMAT).parse(line)
    return (parsed.final_status, parsed.remote_user, parsed.headers_in['User-Agent'], parsed.request_line.split()[0])


for read in (read_clfparser, read_apache_log_parser, read_accesslog, read_apachelogs):
    for line in open(sys.argv[1]):
        try:
            found = ' | '.join(map(str, read(line.rstrip('\n'))))
        except ValueError:
            found = 'error'
        print(f'{read.__name__[5:].replace("_", "-")}: {found}')
PY
cat > "$tmp/read.cjs" <<'JS'
const Alpine = require('alpine')
const clfParser = require('clf-parser')
const fs = require('node:fs')

const alpine = new Alpine(Alpine.LOGFORMATS.COMBINED)
const reads = {
  'clf-parser': line => {
    const parsed = clfParser(line)
    return [parsed.status, parsed.remote_user, parsed.http_user_agent, parsed.method]
  },
  'alpine': line => {
    const parsed = alpine.parseLine(line)
    return [parsed.status, parsed.remoteUser, parsed['RequestHeader User-agent'], parsed.request.split(' ')[0]]
  },
}
for (const [name, read] of Object.entries(reads)) {
  for (const line of fs.readFileSync(process.argv[2], 'utf8').trim().split('\n')) {
    let found = 'error'
    try { found = read(line).join(' | ') } catch {}
    console.log(`${name}: ${found}`)
  }
}
JS
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 -W ignore "$tmp/read.py" "$tmp/access.log" 2>&1 &&
  timeout 60 node --no-deprecation "$tmp/read.cjs" "$tmp/access.log" 2>&1) || true
described='clfparser: 200 | ann | Agent/1.0 (plain)
clfparser: 404 | ann | Agent/1.0 (a \
clfparser:  |  | 
clfparser: 200 | ann | Agent/1.0
apache-log-parser: 200 | ann | Agent/1.0 (plain) | GET
apache-log-parser: 404 | ann | Agent/1.0 (a \ | GET
apache-log-parser: 200 | ann lee | Agent/1.0 | GET
apache-log-parser: 200 | ann | Agent/1.0 | 
accesslog: 200 | ann | Agent/1.0 (plain) | GET
accesslog: 404 | ann | Agent/1.0 (a \ | GET
accesslog: error
accesslog: 200 | ann | Agent/1.0 | 
apachelogs: 200 | ann | Agent/1.0 (plain) | GET
apachelogs: 404 | ann | Agent/1.0 (a "b") C/2 | GET
apachelogs: 200 | ann lee | Agent/1.0 | GET
apachelogs: 200 | ann | Agent/1.0 | VERSION-CONTROL
clf-parser: 200 | ann | Agent/1.0 (plain) | GET
clf-parser: 404 | ann | Agent/1.0 (a \ | GET
clf-parser: 200 | ann lee | Agent/1.0 | GET
clf-parser: 200 | ann | Agent/1.0 | CONTROL
alpine: 200 | ann | Agent/1.0 (plain) | GET
alpine: 404 | ann | Agent/1.0 (a \"b\") C/2 | GET
alpine: error
alpine: 200 | ann | Agent/1.0 | VERSION-CONTROL'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
