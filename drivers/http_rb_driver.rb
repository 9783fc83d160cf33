# Ruby's gem http under test: one persistent client for each origin, which follows no redirects.
require "http"
require "json"

$stdout.sync = true
puts JSON.generate(version: 1, client: "http.rb #{HTTP::VERSION}")
clients = {}

$stdin.each_line do |line|
  request = JSON.parse(line)
  outcome = { id: request["id"] }
  url = URI(request["url"])
  begin
    client = clients[url.port] ||= HTTP.use(:auto_inflate).persistent("http://#{url.host}:#{url.port}")
    client = client.basic_auth(user: request["credentials"][0], pass: request["credentials"][1]) if request["credentials"]
    headers = HTTP::Headers.new
    headers["Accept-Encoding"] = "gzip"
    request["fields"].each { |name, value| headers.add(name, value) }
    options = { headers: }
    options[:body] = request["content"].unpack1("m") if request["content"]
    response = client.request(request["method"], url.request_uri, options)
    content = [response.to_s].pack("m0")
    text = ->(bytes) { bytes.dup.force_encoding("ISO-8859-1").encode("UTF-8") }
    fields = response.headers.to_a.map { |name, value| [text[name], text[value]] }
    outcome.update(status: response.code, reason: text[response.reason.to_s], fields:, content:)
  rescue StandardError => error
    clients.delete(url.port)&.close
    outcome[:error] = { kind: error.class.name, text: error.message.scrub }
  end
  puts JSON.generate(outcome)
end
