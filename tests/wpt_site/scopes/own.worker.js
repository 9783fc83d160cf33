// META: title=a worker

importScripts("/resources/testharness.js");

test(() => {
  assert_equals(self.constructor.name, "DedicatedWorkerGlobalScope");
  assert_equals(typeof GLOBAL, "undefined", "a worker's test needs no name of its scope");
  assert_equals(location.search, "?passed=on");
}, "a test in a worker that loads the harness itself");

done();
