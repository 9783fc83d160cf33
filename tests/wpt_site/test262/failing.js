/*---
---*/
assert(false, "failing on purpose");
