#!/usr/bin/env bash
# Readers of Set-Cookie take local time, heed an offset, put the year 69 into the past, or drop the cookie or its date.
#
# Expected: Expires is read by an algorithm that takes a day, a month and a year, and a time, in any order, always in
#   UTC, and ignores the rest, for instance an offset. The years 70 to 99 are of 1900, and 0 to 69 of 2000 (RFC 6265,
#   section 5.1.1). If it cannot be read, the attribute is ignored, not the cookie (section 5.2.1). cookiespec and
#   httpdex-cookies promise RFC 6265.
# Seen: in Tokyo, cookiejar, cookie-jar and set-cookie-parser read a date without a zone, such as that of asctime, nine
#   hours early. They and cookiespec heed the offset, and read 69 as 1969, so that the cookie is expired; cookiespec
#   ignores a date that begins with the year. node-fetch-cookies drops the cookie for all forms but the first, and
#   httpdex-cookies heeds no Expires at all. tough-cookie and setcookie do what is expected.
# Packages: cookiejar 2.1.4, cookie-jar 0.3.0, set-cookie-parser 3.2.3, node-fetch-cookies 2.1.1, tough-cookie 6.1.0
#   (npm), cookiespec 0.1.1, httpdex-cookies 0.1.0, setcookie 1.0.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts cookiejar@2.1.4 cookie-jar@0.3.0 \
    set-cookie-parser@3.2.3 node-fetch-cookies@2.1.1 tough-cookie@6.1.0 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check cookiespec==0.1.1 httpdex-cookies==0.1.0 setcookie==1.0.0
} || { echo 'cannot install the packages' >&2; exit 2; }

dates=('Wed, 09 Nov 2044 23:12:40 GMT' 'Wednesday, 09-Nov-44 23:12:40 GMT' 'Wed Nov  9 23:12:40 2044'
  '9 Nov 2044 23:12:40' '2044 Nov 9 23:12:40 GMT' 'Wed, 09 Nov 2044 23:12:40 +0200' 'Sat, 09-Nov-69 23:12:40 GMT')
cat > "$tmp/read.mjs" <<'JS'
import cookiejar from 'cookiejar'
import CookieJarCookie from 'cookie-jar'
import { Cookie as FetchCookie } from 'node-fetch-cookies'
import { parseSetCookie } from 'set-cookie-parser'
import { Cookie as ToughCookie } from 'tough-cookie'

const reads = {
  'cookiejar': cookie => new cookiejar.Cookie(cookie).expiration_date,
  'cookie-jar': cookie => new CookieJarCookie(cookie).expires,
  'set-cookie-parser': cookie => parseSetCookie(cookie)[0].expires,
  'node-fetch-cookies': cookie => new FetchCookie(cookie, 'http://h.example/').expiry,
  'tough-cookie': cookie => ToughCookie.parse(cookie).expires,
}
for (const [name, read] of Object.entries(reads)) {
  for (const date of process.argv.slice(2)) {
    let found
    try {
      found = new Date(read(`name=value; Expires=${date}; Path=/`)).toISOString().slice(0, 19)
    } catch {
      found = 'no cookie'
    }
    console.log(`${name}: ${date}: ${found}`)
  }
}
JS
cat > "$tmp/read.py" <<'PY'
import sys

import cookiespec, httpdex_cookies, setcookie

reads = {
    'cookiespec': lambda cookie: cookiespec.parse_set_cookie(cookie).attrs.expires,
    'httpdex-cookies': lambda cookie: httpdex_cookies.parse_set_cookie(cookie, 'http://h.example/').expires,
    'setcookie': lambda cookie: setcookie.parse(cookie).expires,
}
for name, read in reads.items():
    for date in sys.argv[1:]:
        found = read(f'name=value; Expires={date}; Path=/')
        print(f'{name}: {date}: {found.isoformat()[:19] if found else "no date"}')
PY
export TZ=Asia/Tokyo
seen=$(timeout 60 node --no-deprecation "$tmp/read.mjs" "${dates[@]}" 2>&1 &&
  timeout 60 "$tmp/venv/bin/python" "$tmp/read.py" "${dates[@]}" 2>&1) || true
described='cookiejar: Wed, 09 Nov 2044 23:12:40 GMT: 2044-11-09T23:12:40
cookiejar: Wednesday, 09-Nov-44 23:12:40 GMT: 2044-11-09T23:12:40
cookiejar: Wed Nov  9 23:12:40 2044: 2044-11-09T14:12:40
cookiejar: 9 Nov 2044 23:12:40: 2044-11-09T14:12:40
cookiejar: 2044 Nov 9 23:12:40 GMT: 2044-11-09T23:12:40
cookiejar: Wed, 09 Nov 2044 23:12:40 +0200: 2044-11-09T21:12:40
cookiejar: Sat, 09-Nov-69 23:12:40 GMT: 1969-11-09T23:12:40
cookie-jar: Wed, 09 Nov 2044 23:12:40 GMT: 2044-11-09T23:12:40
cookie-jar: Wednesday, 09-Nov-44 23:12:40 GMT: 2044-11-09T23:12:40
cookie-jar: Wed Nov  9 23:12:40 2044: 2044-11-09T14:12:40
cookie-jar: 9 Nov 2044 23:12:40: 2044-11-09T14:12:40
cookie-jar: 2044 Nov 9 23:12:40 GMT: 2044-11-09T23:12:40
cookie-jar: Wed, 09 Nov 2044 23:12:40 +0200: 2044-11-09T21:12:40
cookie-jar: Sat, 09-Nov-69 23:12:40 GMT: 1969-11-09T23:12:40
set-cookie-parser: Wed, 09 Nov 2044 23:12:40 GMT: 2044-11-09T23:12:40
set-cookie-parser: Wednesday, 09-Nov-44 23:12:40 GMT: 2044-11-09T23:12:40
set-cookie-parser: Wed Nov  9 23:12:40 2044: 2044-11-09T14:12:40
set-cookie-parser: 9 Nov 2044 23:12:40: 2044-11-09T14:12:40
set-cookie-parser: 2044 Nov 9 23:12:40 GMT: 2044-11-09T23:12:40
set-cookie-parser: Wed, 09 Nov 2044 23:12:40 +0200: 2044-11-09T21:12:40
set-cookie-parser: Sat, 09-Nov-69 23:12:40 GMT: 1969-11-09T23:12:40
node-fetch-cookies: Wed, 09 Nov 2044 23:12:40 GMT: 2044-11-09T23:12:40
node-fetch-cookies: Wednesday, 09-Nov-44 23:12:40 GMT: no cookie
node-fetch-cookies: Wed Nov  9 23:12:40 2044: no cookie
node-fetch-cookies: 9 Nov 2044 23:12:40: no cookie
node-fetch-cookies: 2044 Nov 9 23:12:40 GMT: no cookie
node-fetch-cookies: Wed, 09 Nov 2044 23:12:40 +0200: no cookie
node-fetch-cookies: Sat, 09-Nov-69 23:12:40 GMT: no cookie
tough-cookie: Wed, 09 Nov 2044 23:12:40 GMT: 2044-11-09T23:12:40
tough-cookie: Wednesday, 09-Nov-44 23:12:40 GMT: 2044-11-09T23:12:40
tough-cookie: Wed Nov  9 23:12:40 2044: 2044-11-09T23:12:40
tough-cookie: 9 Nov 2044 23:12:40: 2044-11-09T23:12:40
tough-cookie: 2044 Nov 9 23:12:40 GMT: 2044-11-09T23:12:40
tough-cookie: Wed, 09 Nov 2044 23:12:40 +0200: 2044-11-09T23:12:40
tough-cookie: Sat, 09-Nov-69 23:12:40 GMT: 2069-11-09T23:12:40
cookiespec: Wed, 09 Nov 2044 23:12:40 GMT: 2044-11-09T23:12:40
cookiespec: Wednesday, 09-Nov-44 23:12:40 GMT: 2044-11-09T23:12:40
cookiespec: Wed Nov  9 23:12:40 2044: 2044-11-09T23:12:40
cookiespec: 9 Nov 2044 23:12:40: 2044-11-09T23:12:40
cookiespec: 2044 Nov 9 23:12:40 GMT: no date
cookiespec: Wed, 09 Nov 2044 23:12:40 +0200: 2044-11-09T21:12:40
cookiespec: Sat, 09-Nov-69 23:12:40 GMT: 1969-11-09T23:12:40
httpdex-cookies: Wed, 09 Nov 2044 23:12:40 GMT: no date
httpdex-cookies: Wednesday, 09-Nov-44 23:12:40 GMT: no date
httpdex-cookies: Wed Nov  9 23:12:40 2044: no date
httpdex-cookies: 9 Nov 2044 23:12:40: no date
httpdex-cookies: 2044 Nov 9 23:12:40 GMT: no date
httpdex-cookies: Wed, 09 Nov 2044 23:12:40 +0200: no date
httpdex-cookies: Sat, 09-Nov-69 23:12:40 GMT: no date
setcookie: Wed, 09 Nov 2044 23:12:40 GMT: 2044-11-09T23:12:40
setcookie: Wednesday, 09-Nov-44 23:12:40 GMT: 2044-11-09T23:12:40
setcookie: Wed Nov  9 23:12:40 2044: 2044-11-09T23:12:40
setcookie: 9 Nov 2044 23:12:40: 2044-11-09T23:12:40
setcookie: 2044 Nov 9 23:12:40 GMT: 2044-11-09T23:12:40
setcookie: Wed, 09 Nov 2044 23:12:40 +0200: 2044-11-09T23:12:40
setcookie: Sat, 09-Nov-69 23:12:40 GMT: 2069-11-09T23:12:40'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
