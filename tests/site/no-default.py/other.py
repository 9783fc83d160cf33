def main(request, response):
    return "other"
