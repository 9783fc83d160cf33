// What a test's comments ask to be loaded before the test.
globalThis.loadedBeforeTheTest = typeof promise_test === "function";
