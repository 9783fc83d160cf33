/*---
flags: [module]
negative:
  phase: resolution
  type: SyntaxError
---*/
import {missing} from "./module_FIXTURE.js";
