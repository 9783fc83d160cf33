test(() => {
  assert_true(GLOBAL.isWindow());
}, "one of the tests that the runner finds");
