#!/usr/bin/env bash
# In a PAC file that pypac evaluates, weekdayRange with one weekday is never true.
#
# Expected: the documentation of pypac's weekdayRange accepts `weekdayRange(wd1)`, which is true on that weekday, as
#   in Mozilla's description of PAC files. So of the seven weekdays exactly one is today, with and without "GMT".
# Seen: without "GMT" none is, so that a rule for Sundays never applies. One weekday with "GMT", the same weekday
#   given twice, and dateRange with one month or day are right.
# Package: pypac 0.19.0 (PyPI). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --target "$tmp/py" pypac==0.19.0 ||
  { echo 'cannot install the package' >&2; exit 2; }

cat > "$tmp/evaluate.py" <<'PY'
from pypac.parser import PACFile

WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
DAYS = range(1, 32)
for call, values in [
    ('weekdayRange(v)', WEEKDAYS),
    ('weekdayRange(v, "GMT")', WEEKDAYS),
    ('weekdayRange(v, v)', WEEKDAYS),
    ('dateRange(v)', MONTHS),
    ('dateRange(v)', DAYS),
]:
    pac = PACFile(f'''
        function FindProxyForURL(url, host) {{
          var found = {list(values)}.filter(function (v) {{ return {call}; }});
          return "PROXY " + found.length;
        }}''')
    found = pac.find_proxy_for_url('http://example.com/', 'example.com').split()[1]
    print(f'{call}: true for {found} of {len(values)}')
PY
seen=$(PYTHONPATH="$tmp/py" timeout 60 python3 "$tmp/evaluate.py" 2>&1) || true
described='weekdayRange(v): true for 0 of 7
weekdayRange(v, "GMT"): true for 1 of 7
weekdayRange(v, v): true for 1 of 7
dateRange(v): true for 1 of 12
dateRange(v): true for 1 of 31'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
