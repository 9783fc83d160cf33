def main(request, response):
    return "a: " + request.url_parts.path + " " + str("main" in globals())
