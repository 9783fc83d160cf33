promise_test(async () => {
  const response = await fetch(location.href);
  assert_equals(response.headers.get("X-Folder"), "served");
  assert_equals(response.headers.get("X-Field"), "of the test");
  assert_equals(document.contentType, "text/html");
}, "a wrapper has the fields of its test");

promise_test(async () => {
  const response = await fetch("fields.txt");
  assert_equals(response.headers.get("Content-Type"), "text/html;charset=windows-1252");
  assert_equals(response.headers.get("X-Folder"), "served");
  assert_equals(response.headers.get("X-Field"), "one, two");
  assert_equals((await response.text()).trim(), "a file with fields of its own");
}, "a file has the fields of its folder and its own");

promise_test(async () => {
  const response = await fetch("picture.svg");
  assert_equals(response.headers.get("X-Folder"), "served");
  assert_equals(response.headers.get("X-Host"), null);
}, "a file has the fields of its folder");

promise_test(async () => {
  const response = await fetch("templated.txt");
  assert_equals(response.headers.get("X-Host"), location.hostname);
}, "a file's fields are a template when their name says so");
