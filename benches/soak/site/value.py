def main(request, response):
    return [("Content-Type", "text/plain"), ("X-Method", request.method)], b"hello " + request.GET[b"name"]
