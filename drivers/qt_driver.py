"""Qt's QNetworkAccessManager under test, by PyQt6: one manager, which keeps connections and follows redirects."""

import base64
import json
import sys

from PyQt6.QtCore import QT_VERSION_STR, QByteArray, QCoreApplication, QSocketNotifier, QUrl
from PyQt6.QtNetwork import QNetworkAccessManager, QNetworkReply, QNetworkRequest

application = QCoreApplication([])
manager = QNetworkAccessManager()
print(json.dumps({"version": 1, "client": f"Qt {QT_VERSION_STR}"}), flush=True)


def read():
    line = sys.stdin.readline()
    if not line:
        application.quit()
        return
    request = json.loads(line)
    asked = QNetworkRequest(QUrl(request["url"]))
    for name, value in request["fields"]:
        asked.setRawHeader(name.encode(), value.encode())
    content = request.get("content")
    arguments = [] if content is None else [QByteArray(base64.b64decode(content))]
    # A HEAD by another function would wait for content.
    if request["method"] == "HEAD":
        reply = manager.head(asked)
    else:
        reply = manager.sendCustomRequest(asked, request["method"].encode(), *arguments)
    reply.finished.connect(lambda: answer(request["id"], reply))


def answer(number, reply):
    outcome = {"id": number}
    status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
    error = reply.error()
    # Statuses from 400 on are errors of their own, with the values from 201 on.
    if status is not None and (error == QNetworkReply.NetworkError.NoError or error.value > 200 and status >= 400):
        reason = reply.attribute(QNetworkRequest.Attribute.HttpReasonPhraseAttribute)
        pairs = [(bytes(name).decode("latin-1"), bytes(value)) for name, value in reply.rawHeaderPairs()]
        # It joins the lines of a field: those of Set-Cookie by line feeds.
        fields = [(name, one) for name, value in pairs for one in value.decode("latin-1").split("\n")]
        outcome |= {"status": max(0, status), "reason": reason, "fields": fields}
        outcome["content"] = base64.b64encode(bytes(reply.readAll())).decode()
    else:
        outcome["error"] = {"kind": error.name, "text": reply.errorString()}
    print(json.dumps(outcome), flush=True)
    reply.deleteLater()


notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
notifier.activated.connect(lambda *_: read())
sys.exit(application.exec())
