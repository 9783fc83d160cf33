#!/usr/bin/env bash
# The crate parse_link_header splits links within their URIs and quotes, and joins what white space separates.
#
# Expected: the crate says that it parses the field Link. In a URI a comma or a semicolon is only a character (RFC 8288,
#   section 3, and RFC 3986, section 2.2), as both are in a quoted string, with white space (RFC 9110, section 5.6.4).
#   A link may have several relation types, separated by a space (RFC 8288, section 3.3), a parameter without a value
#   (section 3), and names of parameters in any case. A reference may be a query alone (RFC 3986, section 4.2); the
#   crate handles relative references from version 0.2 on, as it says.
# Seen: all white space is removed, so that "next prev" is the relation type "nextprev". A comma in the URI or in quotes
#   makes two links, of which the first one has no relation type, or the second one is made of the rest. A semicolon
#   there, a parameter without a value, and a query alone are errors for the whole field. With REL the link has no
#   relation type.
# Package: parse_link_header 0.4.1 (crates.io). Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/src"
cat > "$tmp/Cargo.toml" <<'TOML'
[package]
name = "links"
version = "0.1.0"
edition = "2021"

[dependencies]
parse_link_header = "=0.4.1"
TOML
cat > "$tmp/src/main.rs" <<'RUST'
fn main() {
    for value in std::env::args().skip(1) {
        match parse_link_header::parse(&value) {
            Ok(links) => {
                let links = links.into_iter().map(|(rel, link)| {
                    let title = link.params.get("title").map(|title| format!(", title {title:?}")).unwrap_or_default();
                    format!("{} with {}{title}", link.raw_uri, rel.as_deref().unwrap_or("no relation type"))
                });
                let mut links: Vec<_> = links.collect();
                links.sort();
                println!("{value}: {}", links.join(" and "));
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

seen=$(timeout 60 "$tmp/target/debug/links" '</a>; rel="next"' '</a>; rel="next prev"' '</a>; rel=next; title="a b"' \
  '</a,b>; rel=next' '</a;b>; rel=next' '</a>; rel=next; title="a,b"' '</a>; rel=next; title="a;b"' \
  '</a>; rel=next; crossorigin' '</a>; REL=next' '<?page=2>; rel=next' 2>&1) || true
described='</a>; rel="next": /a with next
</a>; rel="next prev": /a with nextprev
</a>; rel=next; title="a b": /a with next, title "ab"
</a,b>; rel=next: /a with no relation type and b with next
</a;b>; rel=next: error: malformed parameter list
</a>; rel=next; title="a,b": /a with next, title "a" and b with no relation type
</a>; rel=next; title="a;b": error: malformed parameter list
</a>; rel=next; crossorigin: error: malformed parameter list
</a>; REL=next: /a with no relation type
<?page=2>; rel=next: error: unable to parse URI component'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
