import os


def main(request, response):
    return os.path.relpath(__file__, request.doc_root)
