/*---
description: A script that a test imports, and no test.
---*/
export const imported = true;
