def main(request, response):
    return "script"
