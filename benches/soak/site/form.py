import json


def main(request, response):
    response.set_cookie("seen", "yes")
    upload = request.POST[b"file"]
    return json.dumps([upload.filename, len(upload.value), request.POST[b"field"].decode("ascii")])
