// Poco's HTTPClientSession under test: one session for each origin, which keeps its connection.

#include <Poco/Environment.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>
#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

using nlohmann::json;

static std::string base64(const std::string &bytes) {
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return out.str();
}

static std::string from_base64(const std::string &text) {
    std::istringstream in(text);
    Poco::Base64Decoder decoder(in);
    std::string out;
    Poco::StreamCopier::copyToString(decoder, out);
    return out;
}

// A byte becomes a character of ISO 8859-1.
static std::string text(const std::string &bytes) {
    std::string out;
    for (unsigned char byte : bytes) {
        if (byte < 128) out += byte;
        else (out += 0xc0 | byte >> 6) += 0x80 | (byte & 63);
    }
    return out;
}

int main() {
    auto number = Poco::Environment::libraryVersion();
    std::string version = std::to_string(number >> 24) + "." + std::to_string(number >> 16 & 255) + "." +
                          std::to_string(number >> 8 & 255);
    std::cout << json{{"version", 1}, {"client", "Poco " + version}} << std::endl;
    std::map<std::string, std::unique_ptr<Poco::Net::HTTPClientSession>> sessions;
    for (std::string line; std::getline(std::cin, line);) {
        json asked = json::parse(line), outcome = {{"id", asked["id"]}};
        Poco::URI uri(asked["url"].get<std::string>());
        auto &session = sessions[uri.getAuthority()];
        if (!session) {
            session = std::make_unique<Poco::Net::HTTPClientSession>(uri.getHost(), uri.getPort());
            session->setKeepAlive(true);
        }
        try {
            Poco::Net::HTTPRequest request(asked["method"], uri.getPathAndQuery(), "HTTP/1.1");
            for (auto &field : asked["fields"]) request.add(field[0], field[1]);
            std::string content = asked.contains("content") ? from_base64(asked["content"]) : "";
            if (asked.contains("content")) request.setContentLength(content.size());
            session->sendRequest(request) << content;
            Poco::Net::HTTPResponse response;
            std::string body;
            auto &stream = session->receiveResponse(response);
            Poco::StreamCopier::copyToString(stream, body);
            if (auto *failed = session->networkException()) failed->rethrow();
            outcome["status"] = (int)response.getStatus();
            outcome["reason"] = text(response.getReason());
            outcome["content"] = base64(body);
            outcome["fields"] = json::array();
            for (auto &field : response) outcome["fields"].push_back({text(field.first), text(field.second)});
        } catch (Poco::Exception &error) {
            session->reset();
            outcome = {{"id", asked["id"]}, {"error", {{"kind", error.name()}, {"text", error.displayText()}}}};
        }
        std::cout << outcome.dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
    }
}
