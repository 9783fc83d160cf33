/*---
flags: [module]
---*/
throw new Error("failing on purpose");
