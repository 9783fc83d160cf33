// For code that creates a ShadowRealm. The functions have the names that pages and scripts of
// wrappers call; they run as a script and as a module.
(function (scope) {
  "use strict";

  // Only primitive values and functions pass, as between real realms.
  const wrap = (value) => {
    if (typeof value === "function") {
      return (...values) => wrap(value(...values.map(wrap)));
    }
    if (Object(value) === value) {
      throw new TypeError("an object cannot pass between realms");
    }
    return value;
  };

  // A browser need not have ShadowRealm. In a window, a frame is a realm; elsewhere this realm is
  // used, but still through functions and primitive values only.
  class FrameRealm {
    constructor() {
      this.global = scope;
      if (typeof document !== "undefined") {
        const frame = document.createElement("iframe");
        document.body.append(frame);
        this.global = frame.contentWindow;
      }
    }

    evaluate(code) {
      return wrap(this.global.eval(code));
    }
  }
  scope.ShadowRealm = FrameRealm;

  scope.shadowRealmEvalAsync = (realm, code) => new Promise((resolve, reject) => {
    realm.evaluate(`(resolve, reject) => {
      (async () => { ${code} })().then(
        () => { resolve(); }, (error) => { reject(String(error && error.stack || error)); });
    }`)(resolve, (message) => reject(new Error(message)));
  });

  scope.fetchAdaptor = (url) => (resolve, reject) => {
    fetch(url).then((response) => response.text()).then(
      (text) => { resolve(text); }, (error) => { reject(String(error)); });
  };

  let port = null;
  if (typeof onconnect !== "undefined") {
    port = new Promise((resolve) => {
      addEventListener("connect", (event) => resolve(event.ports[0]));
    });
  }
  scope.getPostMessageFunc = async () => {
    if (typeof clients !== "undefined") {
      const all = await clients.matchAll({includeUncontrolled: true});
      return (message) => all.forEach((client) => client.postMessage(message));
    }
    if (port) {
      const connected = await port;
      return (message) => connected.postMessage(message);
    }
    return (message) => postMessage(message);
  };

  scope.createSetupErrorResult = (error) => ({
    realmResults: [{name: "the realm", status: "FAIL", message: String(error)}],
  });

  scope.setupFakeDynamicImportInShadowRealm = (realm, adaptor) => {
    realm.evaluate(`(adaptor) => {
      globalThis.fakeDynamicImport = (url) => new Promise((resolve, reject) => {
        adaptor(url)((text) => {
          try {
            (0, eval)(text);
            resolve();
          } catch (error) {
            reject(error);
          }
        }, reject);
      });
    }`)(adaptor);
  };

  scope.setupFakeFetchOverMessagePort = (messages) => {
    messages.addEventListener("message", async (event) => {
      if (event.data.toFetch) {
        const response = await fetch(event.data.toFetch);
        messages.postMessage({fetched: event.data.toFetch, text: await response.text()});
      }
    });
    messages.start();
  };
})(globalThis);
