"""libsoup 3 under test, by its bindings for Python: one Soup.Session, which keeps connections and follows redirects."""

import base64
import json
import sys

import gi

gi.require_version("Soup", "3.0")
from gi.repository import GLib, Soup  # noqa: E402

session = Soup.Session()
version = f"{Soup.get_major_version()}.{Soup.get_minor_version()}.{Soup.get_micro_version()}"
print(json.dumps({"version": 1, "client": f"libsoup {version}"}), flush=True)
loop = GLib.MainLoop()


def read(channel, condition):
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return False
    request = json.loads(line)
    message = Soup.Message.new(request["method"], request["url"])
    for name, value in request["fields"]:
        message.get_request_headers().append(name, value)
    if request.get("content") is not None:
        message.set_request_body_from_bytes(None, GLib.Bytes.new(base64.b64decode(request["content"])))
    if "credentials" in request:
        credentials = iter([request["credentials"]])
        message.connect("authenticate", lambda message, auth, again: authenticate(auth, credentials))

    def answered(session, result):
        outcome = {"id": request["id"]}
        try:
            body = session.send_and_read_finish(result)
            outcome |= {"status": int(message.get_property("status-code")), "reason": message.get_reason_phrase()}
            fields = []
            message.get_response_headers().foreach(lambda name, value: fields.append((name, value)))
            outcome |= {"fields": fields, "content": base64.b64encode(body.get_data() or b"").decode()}
        except GLib.Error as error:
            outcome["error"] = {"kind": error.domain, "text": error.message}
        print(json.dumps(outcome), flush=True)

    session.send_and_read_async(message, GLib.PRIORITY_DEFAULT, None, answered)
    return True


def authenticate(auth, credentials):
    pair = next(credentials, None)
    if pair:
        auth.authenticate(*pair)
    return bool(pair)


GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, read)
loop.run()
