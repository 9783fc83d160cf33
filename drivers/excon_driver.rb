# Ruby's excon under test: one persistent connection for each origin.
require "excon"
require "json"

$stdout.sync = true
puts JSON.generate(version: 1, client: "excon #{Excon::VERSION}")
connections = {}

$stdin.each_line do |line|
  request = JSON.parse(line)
  outcome = { id: request["id"] }
  url = URI(request["url"])
  begin
    connection = connections[url.port] ||= Excon.new("http://#{url.host}:#{url.port}", persistent: true)
    asked = { method: request["method"], path: url.request_uri, headers: request["fields"].to_h }
    asked[:body] = request["content"].unpack1("m") if request["content"]
    asked.update(user: request["credentials"][0], password: request["credentials"][1]) if request["credentials"]
    response = connection.request(asked)
    text = ->(bytes) { bytes.dup.force_encoding("ISO-8859-1").encode("UTF-8") }
    fields = response.headers.keys.uniq(&:downcase).flat_map do |name|
      [response.headers[name]].flatten.map { |value| [text[name], text[value.to_s]] }
    end
    reason = text[response.reason_phrase.to_s]
    # -200 is no status.
    outcome.update(status: [response.status, 0].max, reason:, fields:, content: [response.body.to_s].pack("m0"))
  rescue StandardError => error
    connections.delete(url.port)&.reset
    outcome[:error] = { kind: error.class.name, text: error.message.scrub }
  end
  puts JSON.generate(outcome)
end
