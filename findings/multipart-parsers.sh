#!/usr/bin/env bash
# Parsers of multipart/form-data lose parts that are written in a less common way.
#
# Expected: text may precede the first boundary, white space may follow a boundary, and one counts only at the beginning
#   of a line (RFC 2046, section 5.1.1). The fields of a part and the parameters of Content-Disposition have no order
#   (RFC 2045, sections 3 and 5), and a name may have an equals sign in its quotes (RFC 7578, section 4.2). Other
#   parameters may stand around the boundary, which may be quoted, and the names of the type do not depend on case (RFC
#   9110, section 8.3.1). The readmes promise to parse multipart/form-data.
# Seen: a space after the boundary makes four lose the part or have an error. A boundary within a line becomes a line
#   end in two, and ends the value in two. A preamble, or capitals in the type, are an error of @remix-run/
#   multipart-parser. parse-multipart-data finds no part with `Boundary`, takes a filename that comes first for the
#   name, and cuts a name at its equals sign, which is an error of @web3-storage/multipart-parser. The two with aws in
#   their name add the last boundary to the value if it is quoted in the type, or not its only parameter, and take names
#   or fields for content or each other if they stand in another order.
# Packages: parse-multipart-data 1.5.0, @ssttevee/multipart-parser 0.1.9, @web3-storage/multipart-parser 1.0.0,
#   @remix-run/multipart-parser 0.16.3, lambda-multipart-parser 1.0.1, aws-lambda-multipart-parser 0.1.3,
#   aws-multipart-parser 0.2.1 (npm), on Node.js 20. Date: 2026-12-02.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts parse-multipart-data@1.5.0 \
  @ssttevee/multipart-parser@0.1.9 @web3-storage/multipart-parser@1.0.0 @remix-run/multipart-parser@0.16.3 \
  lambda-multipart-parser@1.0.1 aws-lambda-multipart-parser@0.1.3 aws-multipart-parser@0.2.1 >/dev/null ||
  { echo 'cannot install the packages' >&2; exit 2; }

cat > "$tmp/parse.mjs" <<'JS'
import awsLambda from 'aws-lambda-multipart-parser';
import aws from 'aws-multipart-parser';
import lambda from 'lambda-multipart-parser';
import parseData from 'parse-multipart-data';
import { parseMultipartRequest } from '@remix-run/multipart-parser';
import { iterateMultipart as iterateSsttevee } from '@ssttevee/multipart-parser';
import { iterateMultipart as iterateWeb3 } from '@web3-storage/multipart-parser';

const text = (data) => Buffer.from(data).toString('latin1');
const boundary = (type) => /boundary="?([^";]+)/i.exec(type)[1];
const collect = async (parts, get) => {
  const found = [];
  for await (const part of parts) found.push(get(part));
  return found;
};
const entries = ({ files = [], ...fields }) => [
  ...files.map(({ fieldname, filename, content }) => [fieldname, filename, content.toString()]),
  ...Object.entries(fields).map(([name, value]) => [name, value.filename, (value.content ?? value).toString()]),
];
const PARSERS = {
  'parse-multipart-data': (body, type) =>
    parseData.parse(body, parseData.getBoundary(type)).map(({ name, filename, data }) => [name, filename, text(data)]),
  '@ssttevee/multipart-parser': (body, type) => collect(
    iterateSsttevee(new Response(body).body, boundary(type)),
    ({ name, filename, data }) => [name, filename, text(data)],
  ),
  '@web3-storage/multipart-parser': (body, type) => collect(
    iterateWeb3(new Response(body).body, boundary(type)),
    ({ name, filename, data }) => [name, filename, text(data)],
  ),
  '@remix-run/multipart-parser': (body, type) => collect(
    parseMultipartRequest(
      new Request('http://h.example/', { method: 'POST', body, headers: { 'Content-Type': type } }),
    ),
    ({ name, filename, text }) => [name, filename, text],
  ),
  'lambda-multipart-parser': async (body, type) => entries(await lambda.parse(
    { headers: { 'Content-Type': type }, body: body.toString('base64'), isBase64Encoded: true },
  )),
  'aws-lambda-multipart-parser': (body, type) =>
    entries(awsLambda.parse({ headers: { 'Content-Type': type }, body: body.toString('latin1') }, true)),
  'aws-multipart-parser': (body, type) => entries(aws.parse(
    { headers: { 'Content-Type': type }, body: body.toString('base64'), isBase64Encoded: true }, true,
  )),
};
const TYPE = 'multipart/form-data; boundary=XX';
const form = (part, { preamble = '', padding = '' } = {}) => `${preamble}--XX${padding}\r\n${part}\r\n--XX--\r\n`;
const DISPOSITION = 'Content-Disposition: form-data; ';
const field = (value, name = 'n') => `${DISPOSITION}name="${name}"\r\n\r\n${value}`;
for (const [title, content, right, type = TYPE] of [
  ['field', form(field('v')), 'n=v'],
  ['file', form(`${DISPOSITION}name="n"; filename="f"\r\nContent-Type: text/x\r\n\r\nv`), 'n(f)=v'],
  ['preamble', form(field('v'), { preamble: '\r\n' }), 'n=v'],
  ['space after boundary', form(field('v'), { padding: ' ' }), 'n=v'],
  ['boundary in a line', form(field('a --XX b')), 'n=a --XX b'],
  ['equals sign', form(field('v', 'a=b')), 'a=b=v'],
  ['type first', form(`Content-Type: text/x\r\n${DISPOSITION}name="n"; filename="f"\r\n\r\nv`), 'n(f)=v'],
  ['filename first', form(`${DISPOSITION}filename="f"; name="n"\r\nContent-Type: text/x\r\n\r\nv`), 'n(f)=v'],
  ['quoted', form(field('v')), 'n=v', 'multipart/form-data; boundary="XX"'],
  ['charset', form(field('v')), 'n=v', 'multipart/form-data; boundary=XX; charset=utf-8'],
  ['case', form(field('v')), 'n=v', 'Multipart/Form-Data; Boundary=XX'],
]) {
  for (const [name, parse] of Object.entries(PARSERS)) {
    let seen;
    try {
      const parts = await parse(Buffer.from(content), type);
      seen = parts.map(([key, filename, value]) => `${key}${filename ? `(${filename})` : ''}=${value}`).join(', ');
    } catch {
      seen = 'error';
    }
    console.log(`${title}: ${name}: ${seen === right ? 'right' : JSON.stringify(seen)}`);
  }
}
JS
seen=$(timeout 60 node --no-deprecation "$tmp/parse.mjs" 2>&1) || true
described='field: parse-multipart-data: right
field: @ssttevee/multipart-parser: right
field: @web3-storage/multipart-parser: right
field: @remix-run/multipart-parser: right
field: lambda-multipart-parser: right
field: aws-lambda-multipart-parser: right
field: aws-multipart-parser: right
file: parse-multipart-data: right
file: @ssttevee/multipart-parser: right
file: @web3-storage/multipart-parser: right
file: @remix-run/multipart-parser: right
file: lambda-multipart-parser: right
file: aws-lambda-multipart-parser: right
file: aws-multipart-parser: right
preamble: parse-multipart-data: right
preamble: @ssttevee/multipart-parser: right
preamble: @web3-storage/multipart-parser: right
preamble: @remix-run/multipart-parser: "error"
preamble: lambda-multipart-parser: right
preamble: aws-lambda-multipart-parser: right
preamble: aws-multipart-parser: right
space after boundary: parse-multipart-data: ""
space after boundary: @ssttevee/multipart-parser: "error"
space after boundary: @web3-storage/multipart-parser: "error"
space after boundary: @remix-run/multipart-parser: right
space after boundary: lambda-multipart-parser: "error"
space after boundary: aws-lambda-multipart-parser: right
space after boundary: aws-multipart-parser: right
boundary in a line: parse-multipart-data: right
boundary in a line: @ssttevee/multipart-parser: "n=a \r\n b"
boundary in a line: @web3-storage/multipart-parser: "n=a \r\n b"
boundary in a line: @remix-run/multipart-parser: right
boundary in a line: lambda-multipart-parser: right
boundary in a line: aws-lambda-multipart-parser: "n="
boundary in a line: aws-multipart-parser: "n="
equals sign: parse-multipart-data: "a=v"
equals sign: @ssttevee/multipart-parser: right
equals sign: @web3-storage/multipart-parser: "error"
equals sign: @remix-run/multipart-parser: right
equals sign: lambda-multipart-parser: right
equals sign: aws-lambda-multipart-parser: right
equals sign: aws-multipart-parser: right
type first: parse-multipart-data: right
type first: @ssttevee/multipart-parser: right
type first: @web3-storage/multipart-parser: right
type first: @remix-run/multipart-parser: right
type first: lambda-multipart-parser: right
type first: aws-lambda-multipart-parser: "n(f)=ntent-Disposition: form-data; name=\"n\"; filename=\"f\"\r\n\r\nv"
type first: aws-multipart-parser: "n(f)=ntent-Disposition: form-data; name=\"n\"; filename=\"f\"\r\n\r\nv"
filename first: parse-multipart-data: "f=v"
filename first: @ssttevee/multipart-parser: right
filename first: @web3-storage/multipart-parser: right
filename first: @remix-run/multipart-parser: right
filename first: lambda-multipart-parser: right
filename first: aws-lambda-multipart-parser: "f(f\"; name=\"n)=v"
filename first: aws-multipart-parser: "f(f\"; name=\"n)=v"
quoted: parse-multipart-data: right
quoted: @ssttevee/multipart-parser: right
quoted: @web3-storage/multipart-parser: right
quoted: @remix-run/multipart-parser: right
quoted: lambda-multipart-parser: right
quoted: aws-lambda-multipart-parser: "n=v\r\n--XX"
quoted: aws-multipart-parser: "n=v\r\n--XX"
charset: parse-multipart-data: right
charset: @ssttevee/multipart-parser: right
charset: @web3-storage/multipart-parser: right
charset: @remix-run/multipart-parser: right
charset: lambda-multipart-parser: right
charset: aws-lambda-multipart-parser: "n=v\r\n--XX"
charset: aws-multipart-parser: "n=v\r\n--XX"
case: parse-multipart-data: ""
case: @ssttevee/multipart-parser: right
case: @web3-storage/multipart-parser: right
case: @remix-run/multipart-parser: "error"
case: lambda-multipart-parser: right
case: aws-lambda-multipart-parser: right
case: aws-multipart-parser: right'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
