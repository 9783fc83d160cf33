#!/usr/bin/env bash
# Servers of JSON-RPC answer notifications, do not send a result that is null, and answer a batch without an array.
#
# Expected: an id may be any string, and params may be omitted. A notification is never answered, even if it fails. A
#   success has its result, whatever the value. A batch is answered by an array without the notifications in it, or not
#   at all if it has only those (JSON-RPC 2.0, sections 4, 4.1, 5 and 6). All readmes name JSON-RPC 2.0.
# Seen: ajsonrpc raises an error if a result is null. json-rpc2 refuses a request without params, and all batches.
#   http-jsonrpc-server and Flask-JSONRPC answer a notification of an unknown method, json-rpc-2.0 a batch of one with
#   an object, and pjrpc one of notifications with an empty array. jsonrpclib-pelix does not answer an empty id.
# Packages: jayson 5.0.0, http-jsonrpc-server 1.1.2, json-rpc2 2.0.0, json-rpc-2.0 1.8.1 (npm), jsonrpcserver 5.0.9,
#   ajsonrpc 1.2.0, pjrpc 2.2.0, jsonrpclib-pelix 1.2.0, Flask-JSONRPC 4.0.0 with Flask 3.1.3 (PyPI). Date: 2026-12-03.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
{ npm install --prefix "$tmp" --silent --no-audit --no-fund --ignore-scripts jayson@5.0.0 http-jsonrpc-server@1.1.2 \
    json-rpc2@2.0.0 json-rpc-2.0@1.8.1 >/dev/null &&
  python3 -m venv "$tmp/venv" &&
  "$tmp/venv/bin/pip" install -q --disable-pip-version-check jsonrpcserver==5.0.9 ajsonrpc==1.2.0 pjrpc==2.2.0 \
    jsonrpclib-pelix==1.2.0 Flask-JSONRPC==4.0.0 Flask==3.1.3
} || { echo 'cannot install the packages' >&2; exit 2; }

version='"jsonrpc": "2.0", "method"' same='"jsonrpc": "2.0", "method": "same", "params": [5]'
cat > "$tmp/cases.json" <<JSON
{"null": {$version: "nothing", "params": [], "id": 7}, "bare": {$version: "nothing", "id": 7}, "id": {$same, "id": ""},
 "notice": {$same}, "unknown": {$version: "unknown", "params": [5]}, "notices": [{$same}, {$same}],
 "one": [{$same, "id": "a"}], "batch": [{$same, "id": "a"}, {$same}, {$version: "same", "params": [6], "id": 7}]}
JSON
cat > "$tmp/ask.mjs" <<'JS'
import fs from 'node:fs'
import jayson from 'jayson'
import jsonRpc2 from 'json-rpc2'
import RpcServer from 'http-jsonrpc-server'
import { JSONRPCServer } from 'json-rpc-2.0'

const headers = { 'Content-Type': 'application/json', Accept: 'application/json' }
const cases = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const methods = { same: params => params[0], nothing: () => null }
const callback = run => (params, ...rest) => rest.at(-1)(null, run(params))
const withCallback = { same: callback(methods.same), nothing: callback(methods.nothing) }
const overHttp = server => new Promise(resolve => server.listen(0, '127.0.0.1', () => {
  const send = body => fetch(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', headers, body })
  resolve(async text => (await send(text)).text())
}))
const json2 = jsonRpc2.Server.$create({ websocket: false })
const json20 = new JSONRPCServer()
for (const [name, run] of Object.entries(withCallback)) json2.expose(name, run)
for (const [name, run] of Object.entries(methods)) json20.addMethod(name, run)
const sends = {
  'jayson': await overHttp(new jayson.Server(withCallback).http()),
  'http-jsonrpc-server': await overHttp(new RpcServer({ methods }).server),
  'json-rpc2': await overHttp(json2.listen()),
  'json-rpc-2.0': async text => JSON.stringify(await json20.receiveJSON(text) ?? undefined),
}
const brief = answer => Array.isArray(answer) ? `[${answer.map(brief)}]` : String(answer.error?.code ?? answer.result)
for (const [name, send] of Object.entries(sends)) {
  const found = []
  for (const [label, request] of Object.entries(cases)) {
    const text = await send(JSON.stringify(request))
    found.push(`${label} ${text ? brief(JSON.parse(text)) : '-'}`)
  }
  console.log(`${name}: ${found.join(', ')}`)
}
process.exit(0)
JS
cat > "$tmp/ask.py" <<'PY'
import asyncio, json, logging, sys

import flask, flask_jsonrpc, jsonrpcserver, pjrpc.server
from ajsonrpc import dispatcher, manager
from jsonrpclib.SimpleJSONRPCServer import SimpleJSONRPCDispatcher

def same(value: int) -> int:
    return value
def nothing() -> None:
    return None

def brief(answer):
    if isinstance(answer, list):
        return f'[{",".join(map(brief, answer))}]'
    return json.dumps(answer['error']['code'] if 'error' in answer else answer['result'])
logging.disable(logging.CRITICAL)
methods = {'same': jsonrpcserver.Success, 'nothing': lambda: jsonrpcserver.Success(None)}
answers = manager.AsyncJSONRPCResponseManager(dispatcher.Dispatcher({'same': same, 'nothing': nothing}))
pj, pelix, app = pjrpc.server.Dispatcher(), SimpleJSONRPCDispatcher(), flask.Flask('app')
in_flask = flask_jsonrpc.JSONRPC(app, '/')
for function in [same, nothing]:
    pj.registry.add_method(function)
    pelix.register_function(function)
    in_flask.method(function.__name__)(function)
sends = {
    'jsonrpcserver': lambda text: jsonrpcserver.dispatch(text, methods),
    'ajsonrpc': lambda text: asyncio.run(answers.get_payload_for_payload(text)),
    'pjrpc': lambda text: (pj.dispatch(text, context=None) or [''])[0],
    'jsonrpclib-pelix': pelix._marshaled_dispatch,
    'Flask-JSONRPC': lambda text: app.test_client().post('/', data=text, content_type='application/json').text,
}
for name, send in sends.items():
    found = []
    for label, request in json.load(open(sys.argv[1])).items():
        try:
            result = brief(json.loads(text)) if (text := send(json.dumps(request))) else '-'
        except ValueError as error:
            result = type(error).__name__
        found.append(f'{label} {result}')
    print(f'{name}: {", ".join(found)}')
PY
seen=$(timeout 60 node --no-deprecation "$tmp/ask.mjs" "$tmp/cases.json" 2>&1 &&
  timeout 60 "$tmp/venv/bin/python" "$tmp/ask.py" "$tmp/cases.json" 2>&1) || true
described='jayson: null null, bare null, id 5, notice -, unknown -, notices -, one [5], batch [5,6]
http-jsonrpc-server: null null, bare null, id 5, notice -, unknown -32601, notices -, one [5], batch [5,6]
json-rpc2: null null, bare -32600, id 5, notice -, unknown -, notices -32600, one -32600, batch -32600
json-rpc-2.0: null null, bare null, id 5, notice -, unknown -, notices -, one 5, batch [5,6]
jsonrpcserver: null null, bare null, id 5, notice -, unknown -, notices -, one [5], batch [5,6]
ajsonrpc: null ValueError, bare ValueError, id 5, notice -, unknown -, notices -, one [5], batch [5,6]
pjrpc: null null, bare null, id 5, notice -, unknown -, notices [], one [5], batch [5,6]
jsonrpclib-pelix: null null, bare null, id -, notice -, unknown -, notices -, one [5], batch [5,6]
Flask-JSONRPC: null null, bare null, id 5, notice -, unknown -32601, notices -, one [5], batch [5,6]'

printf '%s\n' "$seen"
[ "$seen" = "$described" ] || { printf 'changed: described was\n%s\n' "$described" >&2; exit 1; }
