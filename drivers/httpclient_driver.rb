# Ruby's gem httpclient under test: one HTTPClient, which keeps connections and follows no redirects.
require "httpclient"
require "json"

$stdout.sync = true
puts JSON.generate(version: 1, client: "httpclient #{HTTPClient::VERSION}")
client = HTTPClient.new

$stdin.each_line do |line|
  request = JSON.parse(line)
  outcome = { id: request["id"] }
  client.cookie_manager.cookies = []
  begin
    client.set_auth(request["url"], *request["credentials"]) if request["credentials"]
    content = request["content"]&.unpack1("m")
    response = client.request(request["method"], request["url"], nil, content, request["fields"])
    text = ->(bytes) { bytes.dup.force_encoding("ISO-8859-1").encode("UTF-8") }
    fields = response.header.all.map { |name, value| [text[name], text[value]] }
    # A response without a status line has no status.
    outcome.update(status: response.status || 0, reason: text[response.reason.to_s], fields:)
    outcome[:content] = [response.content.to_s].pack("m0")
  rescue StandardError => error
    outcome[:error] = { kind: error.class.name, text: error.message.scrub }
  end
  puts JSON.generate(outcome)
end
