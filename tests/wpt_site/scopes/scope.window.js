// META: script=/resources/loaded.js
// META: title=a window

async_test((t) => {
  assert_equals(typeof GLOBAL, "undefined", "a window's test needs no name of its scope");
  assert_true(loadedBeforeTheTest);
  assert_equals(document.title, "a window");
  addEventListener("load", t.step_func_done(() => {
    assert_true(document.getElementById("log") !== null);
  }));
}, "a test in a window");
