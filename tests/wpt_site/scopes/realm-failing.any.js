// META: global=shadowrealm
// META: script=/resources/none.js
test(() => {}, "not reached");
