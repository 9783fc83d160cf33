-- LuaSocket's socket.http under test. It connects for each request, and follows redirects.
local http = require("socket.http")
local ltn12 = require("ltn12")
local mime = require("mime")
local json = require("cjson")
local socket = require("socket")

io.stdout:setvbuf("no")
print(json.encode({ version = 1, client = socket._VERSION }))

-- A byte becomes a character of ISO 8859-1.
local function text(bytes)
  return (bytes:gsub("[\128-\255]", function(byte) return utf8.char(byte:byte()) end))
end

for line in io.lines() do
  local request = json.decode(line)
  local outcome = { id = request.id }
  local headers, pieces = {}, {}
  for _, field in ipairs(request.fields) do headers[field[1]] = field[2] end
  local asked = { url = request.url, method = request.method, headers = headers, sink = ltn12.sink.table(pieces) }
  if request.content then
    local content = mime.unb64(request.content) or ""
    asked.source = ltn12.source.string(content)
    headers["Content-Length"] = tostring(#content)
  end
  if request.credentials then
    asked.user, asked.password = request.credentials[1], request.credentials[2]
  end
  local ran, done, status, fields, status_line = pcall(http.request, asked)
  if not ran then
    outcome.error = { kind = "raised", text = text(tostring(done):gsub("^%S+:%d+: ", "")) }
  elseif not done then
    outcome.error = { kind = "error", text = text(tostring(status)) }
  else
    outcome.status = status
    outcome.reason = text((status_line or ""):match("^%S+ %S+ ?(.*)$") or "")
    outcome.content = mime.b64(table.concat(pieces)) or ""
    outcome.fields = setmetatable({}, json.array_mt)
    for name, value in pairs(fields or {}) do table.insert(outcome.fields, { text(name), text(tostring(value)) }) end
    if #outcome.fields == 0 then outcome.fields = nil end
  end
  print(json.encode(outcome))
end
