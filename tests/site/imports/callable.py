"""An object that can be called."""


class Handler:
    def __call__(self, request, response):
        return 201, [], type(self).__name__


main = Handler()
