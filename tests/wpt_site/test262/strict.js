/*---
flags: [onlyStrict]
includes:
  - first&second.js
---*/
assert(firstIncluded);
assert((function () { return this; })() === undefined);
