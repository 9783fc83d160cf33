/*---
flags: [module]
---*/
import {imported} from "./module_FIXTURE.js";

assert(imported);
assert(typeof this === "undefined");
await null;
