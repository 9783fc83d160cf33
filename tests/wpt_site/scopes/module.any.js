// META: global=window-module
// META: script=/resources/loaded.js
test(() => {
  assert_equals(typeof this, "undefined");
  assert_true(import.meta.url.endsWith("/scopes/module.any.js"));
  assert_true(loadedBeforeTheTest);
}, "the test is a module, after classic scripts");

test(() => {
  assert_equals(typeof GLOBAL, "undefined");
}, "the scope is not named");
