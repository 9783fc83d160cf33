/*---
negative:
  phase: parse
  type: SyntaxError
---*/
let = in;
