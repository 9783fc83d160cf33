#!/usr/bin/env bash
# Parsers of Content-Disposition cut, or do not find, the name of a file.
#
# Expected: names of parameters are case-insensitive and white space may precede a semicolon (RFC 9110, section 5.6.6).
#   A quoted string may have a semicolon, and an escaped quote without its backslash (section 5.6.4). Percent signs
#   have a meaning only in `filename*` (RFC 8187, section 3.2.1), which counts before `filename` (RFC 6266, section
#   4.3). A type alone is valid (section 4.1). The readmes promise to parse the field or its filename.
# Seen: content-disposition-parser and content_disposition cut the name at a semicolon, and keep the backslash (the
#   readme of the first one excludes conversions), as @lazy-http/content-disposition does, with the quotes. That one
#   decodes `filename`, too, and refuses `inline`. content-disposition-filename leaves the quotes, does not know
#   `FileName` or `filename*`, and has the next parameter in the name. content_disposition gives `filename` even with
#   `filename*`. content-disposition-attachment refuses the white space. content-disposition-header does all of it
#   right.
# Packages: content-disposition-attachment 0.3.1, content-disposition-filename 0.0.1, content-disposition-header 0.6.0,
#   content-disposition-parser 1.0.2, @lazy-http/content-disposition 1.0.2 (npm), on Node.js 20, content_disposition
#   0.4.0 (crates.io). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts content-disposition-attachment@0.3.1 \
  content-disposition-filename@0.0.1 content-disposition-header@0.6.0 content-disposition-parser@1.0.2 \
  @lazy-http/content-disposition@1.0.2 >/dev/null || { echo 'cannot install the packages' >&2; exit 2; }
mkdir "$tmp/src"
cat > "$tmp/Cargo.toml" <<'TOML'
[package]
name = "names"
version = "0.0.0"
edition = "2021"

[dependencies]
content_disposition = "=0.4.0"
TOML
cat > "$tmp/src/main.rs" <<'RUST'
fn main() {
    for value in std::env::args().skip(1) {
        let parsed = content_disposition::parse_content_disposition(&value);
        println!("content_disposition: {value}: {}", parsed.filename_full().unwrap_or("no name".into()));
    }
}
RUST
cargo build --quiet --manifest-path "$tmp/Cargo.toml" --target-dir "$tmp/target" ||
  { echo 'cannot build with the package' >&2; exit 2; }

cat > "$tmp/names.cjs" <<'JS'
const PARSERS = {
  'content-disposition-attachment': (value) => require('content-disposition-attachment').parse(value).filename,
  'content-disposition-filename': require('content-disposition-filename'),
  'content-disposition-header': (value) => require('content-disposition-header').parse(value).parameters.filename,
  'content-disposition-parser': (value) => require('content-disposition-parser')(value).filename,
  '@lazy-http/content-disposition': (value) => require('@lazy-http/content-disposition').parse(value).value,
};
for (const [name, parse] of Object.entries(PARSERS)) {
  for (const value of process.argv.slice(2)) {
    let seen;
    try {
      seen = parse(value) ?? 'no name';
    } catch (error) {
      seen = `error: ${error.message}`;
    }
    console.log(`${name}: ${value}: ${seen}`);
  }
}
JS
values=('attachment; filename="a b"' 'attachment; FileName=a' 'attachment; filename="a" ; size=1'
  'attachment; filename="a;b"' 'attachment; filename="a\"b"' 'attachment; filename="a%20b"'
  "attachment; filename=\"a\"; filename*=UTF-8''b%20c" 'inline')
seen=$(timeout 60 node "$tmp/names.cjs" "${values[@]}" 2>&1
  timeout 60 "$tmp/target/debug/names" "${values[@]}" 2>&1) || true
described='content-disposition-attachment: attachment; filename="a b": a b
content-disposition-attachment: attachment; FileName=a: a
content-disposition-attachment: attachment; filename="a" ; size=1: error: expect EOF
content-disposition-attachment: attachment; filename="a;b": a;b
content-disposition-attachment: attachment; filename="a\"b": a"b
content-disposition-attachment: attachment; filename="a%20b": a%20b
content-disposition-attachment: attachment; filename="a"; filename*=UTF-8'\'''\''b%20c: b c
content-disposition-attachment: inline: no name
content-disposition-filename: attachment; filename="a b": "a b"
content-disposition-filename: attachment; FileName=a: no name
content-disposition-filename: attachment; filename="a" ; size=1: "a" ; size=1
content-disposition-filename: attachment; filename="a;b": "a;b"
content-disposition-filename: attachment; filename="a\"b": "a\"b"
content-disposition-filename: attachment; filename="a%20b": "a%20b"
content-disposition-filename: attachment; filename="a"; filename*=UTF-8'\'''\''b%20c: "a"; filename*=UTF-8'\'''\''b%20c
content-disposition-filename: inline: no name
content-disposition-header: attachment; filename="a b": a b
content-disposition-header: attachment; FileName=a: a
content-disposition-header: attachment; filename="a" ; size=1: a
content-disposition-header: attachment; filename="a;b": a;b
content-disposition-header: attachment; filename="a\"b": a"b
content-disposition-header: attachment; filename="a%20b": a%20b
content-disposition-header: attachment; filename="a"; filename*=UTF-8'\'''\''b%20c: b c
content-disposition-header: inline: no name
content-disposition-parser: attachment; filename="a b": a b
content-disposition-parser: attachment; FileName=a: a
content-disposition-parser: attachment; filename="a" ; size=1: a
content-disposition-parser: attachment; filename="a;b": a
content-disposition-parser: attachment; filename="a\"b": a\"b
content-disposition-parser: attachment; filename="a%20b": a%20b
content-disposition-parser: attachment; filename="a"; filename*=UTF-8'\'''\''b%20c: b c
content-disposition-parser: inline: no name
@lazy-http/content-disposition: attachment; filename="a b": a b
@lazy-http/content-disposition: attachment; FileName=a: a
@lazy-http/content-disposition: attachment; filename="a" ; size=1: a
@lazy-http/content-disposition: attachment; filename="a;b": a;b
@lazy-http/content-disposition: attachment; filename="a\"b": "a\"b"
@lazy-http/content-disposition: attachment; filename="a%20b": a b
@lazy-http/content-disposition: attachment; filename="a"; filename*=UTF-8'\'''\''b%20c: b c
@lazy-http/content-disposition: inline: error: Invalid content-disposition header format
content_disposition: attachment; filename="a b": a b
content_disposition: attachment; FileName=a: a
content_disposition: attachment; filename="a" ; size=1: a
content_disposition: attachment; filename="a;b": "a
content_disposition: attachment; filename="a\"b": a\"b
content_disposition: attachment; filename="a%20b": a%20b
content_disposition: attachment; filename="a"; filename*=UTF-8'\'''\''b%20c: a
content_disposition: inline: no name'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
