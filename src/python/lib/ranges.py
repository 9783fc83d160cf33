"""`wptserve.ranges`: the Range header, for scripts. Static files have the server's own reader.

The texts of the errors are on the wire: a 416 answer shows the arguments of the exception.
"""

from wptserve.utils import HTTPException


class RangeParser:
    """Turns `bytes=a-b,c-,-d` and the size of a file into Ranges, lowest first.

    Ends are read by `int`, so `bytes= +1-1_0` is fine, and a bare `-` is the whole file. Anything
    else, or a range that holds no byte of the file, is a 416.
    """

    def __call__(self, header, file_size):
        try:
            text = header.decode("ascii")
        except UnicodeDecodeError:
            raise HTTPException(400, "Non-ASCII range header value")
        unit, separator, specifiers = text.partition("=")
        if (unit, separator) != ("bytes", "="):
            # By keyword, so that the message on the wire is only the number.
            raise HTTPException(416, message="Unrecognised range type %s" % text)
        ranges = [self.parse(item, file_size) for item in specifiers.split(",")]
        return self.coalesce_ranges(ranges, file_size)

    def parse(self, specifier, file_size):
        ends = specifier.split("-")
        try:
            lower, upper = [int(end) if end else None for end in ends]
            return Range(lower, upper, file_size)
        except ValueError:
            raise HTTPException(416, "Bad range specifier %s" % specifier)

    def coalesce_ranges(self, ranges, file_size):
        """Merges ranges that touch or overlap.

        They are taken from the highest start down, and each one is compared only with the lowest
        range so far. A range that covers two which are apart is thus merged with the lower one
        only, as in the reference: it shows in the number of parts. So does the order of equal
        starts, which is why this is not `sorted` with `reverse`.
        """
        merged = []
        for current in reversed(sorted(ranges)):
            merged[:1] = current.coalesce(merged[0]) if merged else [current]
        return merged


class Range:
    """The bytes of a file from `lower` up to, not including, `upper`."""

    # 0 <= lower < upper <= file_size

    def __init__(self, lower, upper, file_size):
        """`lower` and `upper` as in the header: inclusive, None where there was no number."""
        if lower is None and upper is None:
            lower, end = 0, file_size
        elif lower is None:
            lower, end = max(0, file_size - upper), file_size
        elif upper is None:
            end = file_size
        else:
            end = min(file_size, upper + 1)
        if lower >= end:
            raise ValueError("no byte of the file is in the range")
        self.lower = lower
        self.upper = end
        self.file_size = file_size

    def __repr__(self):
        return "<Range %d-%d>" % (self.lower, self.upper)

    def __eq__(self, other):
        return (self.lower, self.upper) == (other.lower, other.upper)

    def __lt__(self, other):
        return self.lower < other.lower

    def coalesce(self, other):
        """One range if the two touch or overlap, else both, the lower one first."""
        if self.upper < other.lower or other.upper < self.lower:
            return sorted([self, other])
        lower, upper = min(self.lower, other.lower), max(self.upper, other.upper)
        return [Range(lower, upper - 1, self.file_size)]

    def header_value(self):
        """The value of Content-Range for these bytes."""
        return "bytes %d-%d/%d" % (self.lower, self.upper - 1, self.file_size)
