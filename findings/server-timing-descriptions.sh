#!/usr/bin/env bash
# Writers of Server-Timing do not escape the description of a metric, so that its end is lost.
#
# Expected: the description is a quoted string (W3C Server Timing, "The Server-Timing Header Field"), in which a
#   backslash stands before a quote or a backslash of the value (RFC 9110, section 5.6.4). The readmes show a
#   description for each metric, and name no character that it may not have.
# Seen: each of the four writes the description between quotes as it is. Of `Sort by "name", then "id"`, a reader that
#   follows the rules of browsers gets `Sort by `, and of `C:\users` one without the backslash. timingheader, which also
#   is the reader here, writes both so that they come back whole.
# Packages: server-timing 3.3.3, header-timers 0.3.0, @edgefirst-dev/server-timing 0.0.1 with express 5.3.0 (npm), on
#   Node.js 20, django-server-timing 0.2.0 with Django 5.2.19, timingheader 1.0.0 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts server-timing@3.3.3 header-timers@0.3.0 \
    @edgefirst-dev/server-timing@0.0.1 express@5.3.0 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check django-server-timing==0.2.0 django==5.2.19 \
    timingheader==1.0.0
} || { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/write.mjs" <<'JS'
import { Timing, TimingCollector } from '@edgefirst-dev/server-timing';
import express from 'express';
import headerTimers from 'header-timers';
import serverTiming from 'server-timing';

const serve = async (middleware, addMetric) => {
  const app = express().use(middleware).get('/', (request, response) => {
    addMetric(request, response);
    response.end();
  });
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const { headers } = await fetch(`http://127.0.0.1:${server.address().port}/`);
  server.close();
  return headers.get('server-timing');
};
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
const WRITERS = {
  'server-timing': (text) => serve(serverTiming({ total: false }), (_, response) => response.setMetric('db', 5, text)),
  'header-timers': async (text) => {
    const timers = headerTimers();
    timers.start('db', text);
    await pause();
    timers.stop('db');
    return timers.value();
  },
  '@edgefirst-dev/server-timing': async (text) => {
    const [collector, timing] = [new TimingCollector(), new Timing('db', text)];
    await pause();
    timing.end();
    collector.collect(timing);
    return collector.toString();
  },
};
for (const [name, write] of Object.entries(WRITERS)) {
  for (const text of process.argv.slice(2)) console.log(JSON.stringify([name, text, await write(text)]));
}
process.exit();
JS
cat > "$tmp/read.py" <<'PY'
import json, subprocess, sys

import django, server_timing.middleware, timingheader
from django.conf import settings
from django.http import HttpResponse

settings.configure()
TEXTS = ['Read users', 'Sort by "name", then "id"', r'C:\users']


def django_write(text):
    server_timing.middleware.TimedService('db', text, 5)
    return server_timing.middleware.ServerTiming(lambda request: HttpResponse())(None)['Server-Timing']


lines = subprocess.check_output(['node', f'{sys.argv[1]}/write.mjs', *TEXTS], text=True, timeout=30).splitlines()
written = [json.loads(line) for line in lines]
written += [['django-server-timing', text, django_write(text)] for text in TEXTS]
written += [['timingheader', text, timingheader.build([timingheader.Metric('db', dur=5, desc=text)])] for text in TEXTS]
for name, text, value in written:
    metrics = timingheader.parse(value)
    print(f'{name}: {text}: ' + ', '.join(f'{metric.name} [{metric.desc}]' for metric in metrics))
PY
seen=$(timeout 60 "$tmp/venv/bin/python" "$tmp/read.py" "$tmp" 2>&1) || true
described='server-timing: Read users: db [Read users]
server-timing: Sort by "name", then "id": db [Sort by ]
server-timing: C:\users: db [C:users]
header-timers: Read users: db [Read users]
header-timers: Sort by "name", then "id": db [Sort by ]
header-timers: C:\users: db [C:users]
@edgefirst-dev/server-timing: Read users: db [Read users]
@edgefirst-dev/server-timing: Sort by "name", then "id": db [Sort by ]
@edgefirst-dev/server-timing: C:\users: db [C:users]
django-server-timing: Read users: db [Read users]
django-server-timing: Sort by "name", then "id": db [Sort by ]
django-server-timing: C:\users: db [C:users]
timingheader: Read users: db [Read users]
timingheader: Sort by "name", then "id": db [Sort by "name", then "id"]
timingheader: C:\users: db [C:\users]'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
