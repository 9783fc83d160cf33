test(() => {
  assert_true(GLOBAL.isWindow());
}, "two of the tests that the runner finds");
