var firstIncluded = $262.cameAfterHarness;
