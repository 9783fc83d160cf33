// The host object of Test262, as far as the tests of this site use it. The harness comes before it.
self.$262 = {global: self, cameAfterHarness: typeof assert === "function" && staIsLoaded};
