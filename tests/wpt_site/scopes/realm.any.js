// META: title=in a <realm> `${of}` "\its" own
// META: global=shadowrealm
// META: script=/resources/loaded.js?a&`b${c}"
test(() => {
  assert_true(GLOBAL.isShadowRealm());
  assert_equals(GLOBAL.isWindow() || GLOBAL.isWorker(), false);
}, "the scope is named");

test(() => {
  assert_true(loadedBeforeTheTest);
}, "a script that the comments ask for is loaded before the test");

test(() => {
  assert_equals(META_TITLE, "in a <realm> `${of}` \"\\its\" own");
}, "the title is known");

test(() => {
  assert_equals(decodeURIComponent(realmSearch), "?a=\"b`${c}</script>");
}, "the query is known");

promise_test(async () => {
  const fetched = await fetch_json("/scopes/realm.json");
  assert_equals(fetched.known, true);
}, "the realm can fetch JSON");
