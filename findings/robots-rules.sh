#!/usr/bin/env bash
# Parsers of robots.txt leave out groups, octets and line ends that RFC 9309 has.
#
# Expected: all groups for a robot count together (RFC 9309, section 2.2.1). An encoded octet of ASCII is decoded
#   before comparison unless it is reserved, and /robots.txt itself is allowed (section 2.2.2). CR alone ends a line
#   (section 2.2). robots-parser aims to comply with the draft that became the RFC; the others promise to tell what a
#   robot may fetch.
# Seen: of two groups for one robot, robots-txt-parser knows only the last one, robots and robots-txt-guard only the
#   first. All but robots take `%7E` for another character than `~`. robots-txt-guard, with robots-txt-parse, sees no
#   rule between CRs (robots gets single lines here). All forbid /robots.txt for `Disallow: /`.
# Packages: robots-parser 3.0.1, robots 0.10.1, robots-txt-guard 1.0.2 with robots-txt-parse 2.0.1, robots-txt-parser
#   2.0.3 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts robots-parser@3.0.1 robots@0.10.1 \
  robots-txt-guard@1.0.2 robots-txt-parse@2.0.1 robots-txt-parser@2.0.3 >/dev/null ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/ask.cjs" <<'JS'
const { Readable } = require('node:stream');
const parser = require('robots-parser');
const { RobotsParser } = require('robots');
const guard = require('robots-txt-guard');
const parse = require('robots-txt-parse');
const txtParser = require('robots-txt-parser');

const ORIGIN = 'http://example.com';
const ALLOWED = {
  'robots-parser': (text, robot, path) => parser(`${ORIGIN}/robots.txt`, text).isAllowed(ORIGIN + path, robot),
  robots: (text, robot, path) => {
    const robots = new RobotsParser();
    robots.parse(text.split(/\r\n?|\n/));
    return robots.canFetchSync(robot, path);
  },
  'robots-txt-guard': async (text, robot, path) =>
    guard(await parse(Readable.from([Buffer.from(text)]))).isAllowed(robot, path),
  'robots-txt-parser': (text, robot, path) => {
    const robots = txtParser({ userAgent: robot, allowOnNeutral: true });
    robots.parseRobots(ORIGIN, text);
    return robots.canCrawlSync(ORIGIN + path);
  },
};
(async () => {
  for (const [title, text, allowed, forbidden] of [
    ['one group', 'User-agent: bot\nDisallow: /x\n', ['/', '/z'], ['/x']],
    ['two groups', 'User-agent: bot\nDisallow: /x\n\nUser-agent: b2\nDisallow: /y\n\nUser-agent: bot\nDisallow: /z\n',
      ['/y'], ['/x', '/z']],
    ['encoded octet', 'User-agent: bot\nDisallow: /%7Eme\n', ['/z'], ['/%7Eme', '/~me']],
    ['only CR', 'User-agent: bot\rDisallow: /x\r', ['/z'], ['/x']],
    ['all forbidden', 'User-agent: bot\nDisallow: /\n', ['/robots.txt'], ['/', '/x']],
  ]) {
    for (const [name, ask] of Object.entries(ALLOWED)) {
      const wrong = [];
      for (const path of [...allowed, ...forbidden]) {
        const answer = Boolean(await ask(text, 'bot', path));
        if (answer !== allowed.includes(path)) wrong.push(`${path} ${answer ? 'allowed' : 'forbidden'}`);
      }
      console.log(`${title}: ${name}: ${wrong.length ? wrong.join(', ') : 'right'}`);
    }
  }
  process.exit();
})();
JS
seen=$(timeout 60 node --no-deprecation "$tmp/ask.cjs" 2>&1) || true
described='one group: robots-parser: right
one group: robots: right
one group: robots-txt-guard: right
one group: robots-txt-parser: right
two groups: robots-parser: right
two groups: robots: /z allowed
two groups: robots-txt-guard: /z allowed
two groups: robots-txt-parser: /x allowed
encoded octet: robots-parser: /~me allowed
encoded octet: robots: right
encoded octet: robots-txt-guard: /~me allowed
encoded octet: robots-txt-parser: /~me allowed
only CR: robots-parser: right
only CR: robots: right
only CR: robots-txt-guard: /x allowed
only CR: robots-txt-parser: right
all forbidden: robots-parser: /robots.txt forbidden
all forbidden: robots: /robots.txt forbidden
all forbidden: robots-txt-guard: /robots.txt forbidden
all forbidden: robots-txt-parser: /robots.txt forbidden'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
