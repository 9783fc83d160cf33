import hashlib


def main(request, response):
    return "%d %s" % (len(request.body), hashlib.md5(request.body).hexdigest())
