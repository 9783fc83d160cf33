// A comment before the head.

/*---
description: >
  A script that runs after the harness and what it includes, in sloppy mode.
includes: ["first&second.js", second.js]
features: [Symbol]
---*/

assert(secondIncluded);
assert((function () { return this; })() === self);
