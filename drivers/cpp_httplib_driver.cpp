// cpp-httplib under test: one httplib::Client for each origin, which keeps its connection.

#include <httplib.h>

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

using nlohmann::json;

static const char *LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static std::string base64(const std::string &bytes) {
    std::string out;
    for (size_t at = 0; at < bytes.size(); at += 3) {
        unsigned word = 0;
        for (size_t n = 0; n < 3; n++) word = word << 8 | (at + n < bytes.size() ? (unsigned char)bytes[at + n] : 0);
        for (size_t n = 0; n < 4; n++) out += at + n <= bytes.size() ? LETTERS[word >> (18 - 6 * n) & 63] : '=';
    }
    return out;
}

static std::string from_base64(const std::string &text) {
    std::string out, letters = LETTERS;
    unsigned word = 0, bits = 0;
    for (char letter : text) {
        if (letter == '=') break;
        word = word << 6 | letters.find(letter);
        if ((bits += 6) >= 8) out += (char)(word >> (bits -= 8) & 255);
    }
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
    std::cout << json{{"version", 1}, {"client", "cpp-httplib " CPPHTTPLIB_VERSION}} << std::endl;
    std::map<std::string, std::unique_ptr<httplib::Client>> clients;
    for (std::string line; std::getline(std::cin, line);) {
        json asked = json::parse(line), outcome = {{"id", asked["id"]}};
        std::string url = asked["url"];
        auto slash = url.find('/', 7);
        auto &client = clients[url.substr(0, slash)];
        if (!client) {
            client = std::make_unique<httplib::Client>(url.substr(0, slash));
            client->set_keep_alive(true);
            // Its own time limit is five seconds; the suite has another one.
            client->set_read_timeout(3600, 0);
        }
        httplib::Request request;
        request.method = asked["method"];
        request.path = url.substr(slash, url.find('#') - slash);
        for (auto &field : asked["fields"]) request.headers.emplace(field[0], field[1]);
        if (asked.contains("content")) request.body = from_base64(asked["content"]);
        auto result = client->send(request);
        if (result) {
            outcome["status"] = result->status;
            outcome["reason"] = text(result->reason);
            outcome["content"] = base64(result->body);
            outcome["fields"] = json::array();
            for (auto &field : result->headers) outcome["fields"].push_back({text(field.first), text(field.second)});
        } else {
            outcome["error"] = {{"kind", "error"}, {"text", httplib::to_string(result.error())}};
        }
        std::cout << outcome.dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
    }
}
