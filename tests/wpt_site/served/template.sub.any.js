// META: title={{host}}

promise_test(async () => {
  const title = typeof document === "undefined" ? self.META_TITLE : document.title;
  assert_equals(title, location.hostname, "the wrapper");
  assert_equals("{{host}}", location.hostname, "the test");
}, "a wrapper is a template when its test is one");
