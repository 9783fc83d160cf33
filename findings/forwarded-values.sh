#!/usr/bin/env bash
# The crate forwarded-header-value refuses fields with hidden ports, or with a separator in quotes, as a whole.
#
# Expected: the crate says that it parses the field Forwarded of RFC 7239, section 4. There a value may be a quoted
#   string with a semicolon or a comma, also that of an extension (section 5.5). A node, even "unknown", may have a
#   port, or a name with an underscore that hides it (section 6).
# Seen: each of these is an error for the field with all its elements. An extension without a semicolon or comma is
#   ignored, and the other values are found.
# Package: forwarded-header-value 0.1.1 (crates.io). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/src"
cat > "$tmp/Cargo.toml" <<'TOML'
[package]
name = "forwarded"
version = "0.1.0"
edition = "2021"

[dependencies]
forwarded-header-value = "=0.1.1"
TOML
cat > "$tmp/src/main.rs" <<'RUST'
use forwarded_header_value::ForwardedHeaderValue;

fn main() {
    for value in std::env::args().skip(1) {
        match ForwardedHeaderValue::from_forwarded(&value) {
            Ok(elements) => {
                let nodes: Vec<_> = elements.iter().map(|element| format!("{:?}", element.forwarded_for)).collect();
                println!("{value}: {}", nodes.join(", "));
            }
            Err(error) => println!("{value}: error: {error}"),
        }
    }
}
RUST
cargo build --quiet --manifest-path "$tmp/Cargo.toml" --target-dir "$tmp/target" || {
  echo 'cannot build with the package' >&2
  exit 2
}

seen=$(timeout 60 "$tmp/target/debug/forwarded" 'for=192.0.2.1, for="[2001:db8::1]:80"' 'for=192.0.2.1;ext=a' \
  'for=192.0.2.1;ext="a;b"' 'for=192.0.2.1;ext="a,b"' 'for="192.0.2.1:_port"' 'for="unknown:_port"' 'for="unknown:80"' \
  'for=192.0.2.1, for="192.0.2.2:_port"' 2>&1) || true
described='for=192.0.2.1, for="[2001:db8::1]:80": Some(IpAddr(192.0.2.1)), Some(SocketAddr([2001:db8::1]:80))
for=192.0.2.1;ext=a: Some(IpAddr(192.0.2.1))
for=192.0.2.1;ext="a;b": error: Stanza contained illegal part b"
for=192.0.2.1;ext="a,b": error: Stanza contained illegal part b"
for="192.0.2.1:_port": error: Identifier specified uses an obfuscated node ("192.0.2.1:_port") that is invalid
for="unknown:_port": error: Identifier specified uses an obfuscated node ("unknown:_port") that is invalid
for="unknown:80": error: Identifier specified uses an obfuscated node ("unknown:80") that is invalid
for=192.0.2.1, for="192.0.2.2:_port": error: Identifier specified uses an obfuscated node ("192.0.2.2:_port") that is invalid'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
