import only_in_the_virtual_environment


def main(request, response):
    return only_in_the_virtual_environment.answer
