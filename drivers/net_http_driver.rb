# Ruby's Net::HTTP under test: one connection for each origin, which it keeps.
require "json"
require "net/http"

$stdout.sync = true
puts JSON.generate(version: 1, client: "Net::HTTP (Ruby #{RUBY_VERSION})")
connections = {}

$stdin.each_line do |line|
  request = JSON.parse(line)
  url = URI(request["url"])
  outcome = { id: request["id"] }
  begin
    http = connections[url.port] ||= Net::HTTP.new(url.host, url.port).start
    content = request["content"]&.unpack1("m")
    has_content = request["method"] != "HEAD"
    asked = Net::HTTPGenericRequest.new(request["method"], !content.nil?, has_content, url.request_uri)
    request["fields"].each { |name, value| asked.add_field(name, value) }
    asked.basic_auth(*request["credentials"]) if request["credentials"]
    limit = request["drop_after"]
    kept = +""
    response = catch(:dropped) do
      http.request(asked, content) do |begun|
        next unless limit

        begun.read_body do |piece|
          kept << piece
          throw(:dropped, begun) if kept.bytesize >= limit
        end
      end
    end
    connections.delete(url.port)&.finish if limit
    text = ->(bytes) { bytes.dup.force_encoding("ISO-8859-1").encode("UTF-8") }
    fields = response.to_hash.flat_map { |name, values| values.map { |value| [text[name], text[value]] } }
    reason = text[response.message]
    outcome.update(status: response.code.to_i, reason:, fields:, content: [limit ? kept.byteslice(0, limit) : response.body.to_s].pack("m0"))
  rescue StandardError => error
    connections.delete(url.port)
    outcome[:error] = { kind: error.class.name, text: error.message.scrub }
  end
  puts JSON.generate(outcome)
end
