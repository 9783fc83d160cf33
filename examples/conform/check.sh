#!/bin/sh
# Grades the client of this folder, and writes the reports into `report`. Fails on anything that known.json does not
# have. If the reports of an earlier run are in `baseline`, what changed since then is listed. Options are passed on.
set -eu
cd "$(dirname "$0")"
if [ -f baseline/report.json ]; then
  set -- --compare baseline/report.json "$@"
fi
exec wireserve conform --jobs 8 --expect known.json --report report "$@" -- python3 driver.py
