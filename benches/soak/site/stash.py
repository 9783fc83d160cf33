def main(request, response):
    key = request.GET[b"key"]
    if request.method == "POST":
        request.server.stash.put(key, request.body)
        return b"put"
    return request.server.stash.take(key) or b"nothing"
