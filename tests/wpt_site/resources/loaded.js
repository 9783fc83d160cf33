// What a test's comments ask to be loaded before the test.
self.loadedBeforeTheTest = typeof promise_test === "function";
