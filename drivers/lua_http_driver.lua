-- lua-http under test, with its defaults: it connects for each request, and follows redirects.
local request_of = require("http.request")
local version = require("http.version").version
local json = require("cjson")
local basexx = require("basexx")

io.stdout:setvbuf("no")
print(json.encode({ version = 1, client = "lua-http " .. version }))

-- A byte becomes a character of ISO 8859-1.
local function text(bytes)
  return (bytes:gsub("[\128-\255]", function(byte)
    local code = byte:byte()
    return string.char(192 + math.floor(code / 64), 128 + code % 64)
  end))
end

for line in io.lines() do
  local request = json.decode(line)
  local outcome = { id = request.id }
  local asked = request_of.new_from_uri(request.url)
  asked.cookie_store = nil
  asked.headers:upsert(":method", request.method)
  for _, field in ipairs(request.fields) do asked.headers:append(field[1]:lower(), field[2]) end
  if request.content then asked:set_body(basexx.from_base64(request.content)) end
  local ran, headers, stream = pcall(asked.go, asked)
  local content, reason
  if ran and headers then
    ran, content, reason = pcall(stream.get_body_as_string, stream)
  else
    reason = stream
  end
  if not ran then
    outcome.error = { kind = "raised", text = text(tostring(content or headers)) }
  elseif not content then
    outcome.error = { kind = "error", text = text(tostring(reason)) }
  else
    outcome.status = tonumber(headers:get(":status"))
    outcome.content = basexx.to_base64(content)
    outcome.fields = {}
    for name, value in headers:each() do
      if name:sub(1, 1) ~= ":" then table.insert(outcome.fields, { name, text(value) }) end
    end
    if #outcome.fields == 0 then outcome.fields = nil end
  end
  print(json.encode(outcome))
end
