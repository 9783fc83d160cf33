"""pycurl under test, which is libcurl: one handle, which keeps its connections."""

import base64
import io
import json
import sys

import pycurl

handle = pycurl.Curl()
# As in "PycURL/7.49.0 libcurl/8.23.0 ...", with quotes in some versions.
own, libcurl = (word.strip('"').replace("/", " ") for word in pycurl.version.split()[:2])
print(json.dumps({"version": 1, "client": f"{own} ({libcurl})"}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    body, lines = io.BytesIO(), []
    # Options go back to their defaults; connections stay.
    handle.reset()
    handle.setopt(pycurl.URL, request["url"])
    handle.setopt(pycurl.WRITEFUNCTION, body.write)
    handle.setopt(pycurl.HEADERFUNCTION, lines.append)
    handle.setopt(pycurl.ACCEPT_ENCODING, "")
    handle.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in request["fields"]])
    if request["method"] == "HEAD":
        handle.setopt(pycurl.NOBODY, True)
    if request.get("content") is not None:
        handle.setopt(pycurl.POSTFIELDS, base64.b64decode(request["content"]))
    handle.setopt(pycurl.CUSTOMREQUEST, request["method"])
    if "credentials" in request:
        handle.setopt(pycurl.HTTPAUTH, pycurl.HTTPAUTH_ANY)
        handle.setopt(pycurl.USERPWD, ":".join(request["credentials"]))
    try:
        handle.perform()
        outcome["status"] = handle.getinfo(pycurl.RESPONSE_CODE)
        outcome["content"] = base64.b64encode(body.getvalue()).decode()
        # The lines of the last head; trailer fields follow its empty line.
        texts = [line.decode("latin-1").rstrip("\r\n") for line in lines]
        start = max(index for index, text in enumerate(texts) if text.startswith("HTTP/"))
        end = texts.index("", start) if "" in texts[start:] else len(texts)
        pairs = [text.split(":", 1) for text in texts[start + 1 : end] if ":" in text]
        outcome["fields"] = [(name, value.strip(" \t")) for name, value in pairs]
    except pycurl.error as error:
        outcome["error"] = {"kind": f"error {error.args[0]}", "text": str(error.args[1])}
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
