// META: global=worker
// META: script=/resources/loaded.js
test(() => {
  assert_equals(drivenBy.join(), "?feature=extensions,vendor,helper");
  assert_true(loadedBeforeTheTest);
}, "what tests of extensions need is loaded before the test");
