"""Takes more than it gets, by default."""


def main(request, response, extra="default", *others, **named):
    return repr([extra, others, named])
