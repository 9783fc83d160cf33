// META: global=shadowrealm-in-sharedworker
test(() => {
  assert_true(GLOBAL.isShadowRealm());
}, "it runs");
