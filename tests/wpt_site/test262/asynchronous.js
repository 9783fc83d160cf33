/*---
flags:
- async
---*/
setTimeout(() => $DONE(), 1);
