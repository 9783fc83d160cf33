## Nim's std/httpclient under test: one HttpClient, which keeps a connection and follows redirects.

import std/[base64, httpclient, json, strutils]

# A byte becomes a character of ISO 8859-1.
proc text(bytes: string): string =
  for byte in bytes:
    if byte < '\x80': result.add byte
    else:
      result.add chr(0xc0 or (byte.ord shr 6))
      result.add chr(0x80 or (byte.ord and 63))

proc say(value: JsonNode) =
  stdout.writeLine $value
  stdout.flushFile

var client = newHttpClient()
say %*{"version": 1, "client": "std/httpclient (Nim " & NimVersion & ")"}

for line in stdin.lines:
  let request = parseJson(line)
  var outcome = %*{"id": request["id"]}
  try:
    var headers = newHttpHeaders()
    for field in request["fields"]: headers.add(field[0].getStr, field[1].getStr)
    let content = if request.hasKey("content"): decode(request["content"].getStr) else: ""
    if request.hasKey("content"): headers["Content-Length"] = $content.len
    let response = client.request(request["url"].getStr, request["method"].getStr, content, headers)
    let body = response.body
    outcome["status"] = %response.status.split(' ')[0].parseInt
    outcome["reason"] = %text(response.status.split(' ', 1)[^1])
    outcome["content"] = %encode(body)
    outcome["fields"] = newJArray()
    for name, value in response.headers: outcome["fields"].add %*[text(name), text(value)]
  except CatchableError as error:
    # Its state is unknown after a failure.
    client.close()
    client = newHttpClient()
    outcome["error"] = %*{"kind": $error.name, "text": text(error.msg)}
  say outcome
