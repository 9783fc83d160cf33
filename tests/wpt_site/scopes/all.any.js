// META: global=window,worker,worker-module,dedicatedworker
// META: title=all scopes & "quotes" <b>
// META: script=/resources/loaded.js
// META: timeout=long

// The page's query says where it expects to be.
promise_test(async () => {
  const expected = new URLSearchParams(location.search).get("scope");
  assert_equals(self.constructor.name, expected);
}, "the scope is the wrapper's, and has the query");

promise_test(async () => {
  const isWindow = typeof document !== "undefined";
  assert_equals(GLOBAL.isWindow(), isWindow, "window");
  assert_equals(GLOBAL.isWorker(), !isWindow, "worker");
  assert_equals(GLOBAL.isShadowRealm(), false, "shadow realm");
}, "GLOBAL knows the scope");

promise_test(async () => {
  const title = typeof document === "undefined" ? self.META_TITLE : document.title;
  assert_equals(title, 'all scopes & "quotes" <b>');
}, "the title is the comment's");

promise_test(async () => {
  assert_equals(self.loadedBeforeTheTest, true);
}, "the comment's script is loaded, behind the harness");

promise_test(async () => {
  const response = await fetch("/resources/loaded.js");
  assert_equals(response.headers.get("Content-Type"), "text/javascript");
  assert_true((await response.text()).includes("loadedBeforeTheTest"));
}, "the server answers");

promise_test(async () => {
  if (typeof document !== "undefined") {
    assert_true(document.querySelector("meta[name=timeout][content=long]") !== null);
  }
}, "the timeout is the comment's");
