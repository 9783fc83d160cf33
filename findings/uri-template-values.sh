#!/usr/bin/env bash
# Libraries for URI templates expand exploded, empty and percent-encoded values otherwise than RFC 6570.
#
# Expected: a list without members is undefined, so that `{?list}` expands to nothing (RFC 6570, section 2.3). A
#   string in `{?...}` keeps its name with or without `*`, whatever precedes it (section 3.2.8). With `+`,
#   percent-encoded triplets of a value pass through (section 3.2.3). Each readme names RFC 6570.
# Seen: uri-template, rfc6570-expand and uri-template-lite drop the name of a string, the latter when an exploded
#   object precedes it. uritemplate and url-template send an empty value for an empty list. uritemplate,
#   uri-template-lite, uri-template.js and rfc6570-expand encode the percent sign of a triplet again.
# Packages: uri-template 2.0.0, uri-template-lite 23.4.0, uritemplate 0.3.4, url-template 3.1.1, uri-template.js
#   0.1.2, rfc6570-expand 0.2.0, uri-templates 0.2.0 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts uri-template@2.0.0 uri-template-lite@23.4.0 \
  uritemplate@0.3.4 url-template@3.1.1 uri-template.js@0.1.2 rfc6570-expand@0.2.0 uri-templates@0.2.0 >/dev/null ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/expand.mjs" <<'JS'
import uriTemplate from 'uri-template';
import lite from 'uri-template-lite';
import uritemplate from 'uritemplate';
import { parseTemplate } from 'url-template';
import js from 'uri-template.js';
import rfc6570 from 'rfc6570-expand';
import uriTemplates from 'uri-templates';

const EXPAND = {
  'uri-template': (template, values) => uriTemplate.parse(template).expand(values),
  'uri-template-lite': (template, values) => lite.expand(template, values),
  uritemplate: (template, values) => uritemplate.parse(template).expand(values),
  'url-template': (template, values) => parseTemplate(template).expand(values),
  'uri-template.js': (template, values) => js.expand(template, values),
  'rfc6570-expand': (template, values) => rfc6570.init(template).expand(values),
  'uri-templates': (template, values) => uriTemplates(template).fill(values),
};
const values = { q: 'a b', page: '2', filter: { year: '2026' }, list: ['x', 'y'], none: [], next: 'a%20b' };
for (const [template, expected] of Object.entries({
  '{?q,page}{&list*}': '?q=a%20b&page=2&list=x&list=y',
  '{?q,page*}': '?q=a%20b&page=2',
  '{?filter*,page}': '?year=2026&page=2',
  '{?none,page}': '?page=2',
  '/{+next}': '/a%20b',
})) {
  const others = {};
  for (const [name, expand] of Object.entries(EXPAND)) {
    const found = expand(template, structuredClone(values));
    if (found !== expected) (others[found] ??= []).push(name);
  }
  console.log(`${template}: expected ${expected}`);
  for (const [found, names] of Object.entries(others)) console.log(`  ${found} by ${names.join(', ')}`);
}
JS
seen=$(timeout 60 node "$tmp/expand.mjs" 2>&1) || true
described='{?q,page}{&list*}: expected ?q=a%20b&page=2&list=x&list=y
{?q,page*}: expected ?q=a%20b&page=2
  ?q=a%20b&2 by uri-template, rfc6570-expand
{?filter*,page}: expected ?year=2026&page=2
  ?year=2026&2 by uri-template-lite
{?none,page}: expected ?page=2
  ?none=&page=2 by uritemplate, url-template
/{+next}: expected /a%20b
  /a%2520b by uri-template-lite, uritemplate, uri-template.js, rfc6570-expand'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
