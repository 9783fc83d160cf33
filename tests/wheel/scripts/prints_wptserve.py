import sys

import wptserve

import beside

print(wptserve.__name__)
print(sys.argv[1])
print(beside.NAME)
print(__file__)
