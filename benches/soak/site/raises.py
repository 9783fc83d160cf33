def main(request, response):
    raise ValueError("on purpose: " + request.GET[b"name"].decode("ascii"))
