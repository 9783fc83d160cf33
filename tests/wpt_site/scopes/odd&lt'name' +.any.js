// META: global=window,dedicatedworker,serviceworker

test(() => {
  assert_true(true);
}, "a test by an odd name");
