/*---
negative: {type: Error, phase: runtime}
---*/
