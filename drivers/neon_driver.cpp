// The C library neon under test: one session for each origin, which keeps its connection.

#include <ne_basic.h>
#include <ne_request.h>
#include <ne_session.h>
#include <ne_string.h>
#include <ne_uri.h>
#include <ne_utils.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

using nlohmann::json;

// A byte becomes a character of ISO 8859-1.
static std::string text(const std::string &bytes) {
    std::string out;
    for (unsigned char byte : bytes) {
        if (byte < 128) out += byte;
        else (out += 0xc0 | byte >> 6) += 0x80 | (byte & 63);
    }
    return out;
}

static int gather(void *body, const char *bytes, size_t length) {
    static_cast<std::string *>(body)->append(bytes, length);
    return 0;
}

static std::string base64(const std::string &bytes) {
    char *encoded = ne_base64(reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size());
    std::string out = encoded;
    ne_free(encoded);
    return bytes.empty() ? "" : out;
}

static json ask(ne_session *session, const ne_uri &uri, const json &asked) {
    std::string method = asked["method"], target = uri.path, body, content;
    if (uri.query) target = target + "?" + uri.query;
    ne_request *request = ne_request_create(session, method.c_str(), target.c_str());
    for (auto &field : asked["fields"]) {
        ne_add_request_header(request, field[0].get<std::string>().c_str(), field[1].get<std::string>().c_str());
    }
    if (asked.contains("content")) {
        unsigned char *decoded = nullptr;
        auto length = ne_unbase64(asked["content"].get<std::string>().c_str(), &decoded);
        content.assign(reinterpret_cast<char *>(decoded), length);
        if (decoded) ne_free(decoded);
        ne_set_request_body_buffer(request, content.data(), content.size());
    }
    ne_add_response_body_reader(request, ne_accept_always, gather, &body);
    json outcome;
    if (ne_request_dispatch(request) == NE_OK) {
        const ne_status *status = ne_get_status(request);
        outcome["status"] = status->code;
        outcome["reason"] = text(status->reason_phrase ? status->reason_phrase : "");
        outcome["content"] = base64(body);
        outcome["fields"] = json::array();
        const char *name, *value;
        for (void *at = nullptr; (at = ne_response_header_iterate(request, at, &name, &value));) {
            outcome["fields"].push_back({text(name), text(value)});
        }
    } else {
        outcome["error"] = {{"kind", "error"}, {"text", text(ne_get_error(session))}};
    }
    ne_request_destroy(request);
    return outcome;
}

int main() {
    // As in "neon 0.32.5: Library build, ...".
    std::string version = ne_version_string();
    std::cout << json{{"version", 1}, {"client", version.substr(0, version.find(':'))}} << std::endl;
    std::map<std::string, ne_session *> sessions;
    for (std::string line; std::getline(std::cin, line);) {
        json asked = json::parse(line);
        ne_uri uri;
        ne_uri_parse(asked["url"].get<std::string>().c_str(), &uri);
        auto &session = sessions[std::string(uri.host) + ":" + std::to_string(uri.port)];
        if (!session) {
            session = ne_session_create("http", uri.host, uri.port);
        }
        json outcome = ask(session, uri, asked);
        ne_uri_free(&uri);
        outcome["id"] = asked["id"];
        std::cout << outcome.dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
    }
}
