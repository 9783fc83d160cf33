/*---
negative: {type: RangeError, phase: runtime}
---*/
throw new RangeError();
