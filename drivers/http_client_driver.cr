# Crystal's HTTP::Client under test: one client for each origin, which keeps its connection and follows no redirects.

require "base64"
require "http/client"
require "json"

STDOUT.sync = true
puts({version: 1, client: "HTTP::Client (Crystal #{Crystal::VERSION})"}.to_json)
clients = {} of String => HTTP::Client

# A byte becomes a character of ISO 8859-1.
def text(bytes : String)
  String.build { |built| bytes.each_byte { |byte| built << byte.unsafe_chr } }
end

STDIN.each_line do |line|
  request = JSON.parse(line)
  id = request["id"].as_i64
  url = URI.parse(request["url"].as_s)
  begin
    client = clients[url.authority.to_s] ||= HTTP::Client.new(url.host.to_s, url.port)
    headers = HTTP::Headers.new
    request["fields"].as_a.each { |field| headers.add(field[0].as_s, field[1].as_s) }
    content = request["content"]?.try { |content| Base64.decode(content.as_s) }
    response = client.exec(request["method"].as_s, url.request_target, headers, content)
    fields = response.headers.flat_map { |name, values| values.map { |value| [text(name), text(value)] } }
    shown = {id: id, status: response.status_code, reason: text(response.status_message || ""), fields: fields}
    puts shown.merge({content: Base64.strict_encode(response.body)}).to_json
  rescue error
    clients.delete(url.authority.to_s).try &.close
    puts({id: id, error: {kind: error.class.name, text: text(error.message.to_s)}}.to_json)
  end
end
