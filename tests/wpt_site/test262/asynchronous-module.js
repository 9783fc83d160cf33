/*---
flags: [module, async]
---*/
setTimeout(() => $DONE(), 1);
export {};
