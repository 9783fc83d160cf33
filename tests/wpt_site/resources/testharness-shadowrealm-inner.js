// For the code in a ShadowRealm.
globalThis.GLOBAL = {
  isWindow: () => false,
  isWorker: () => false,
  isShadowRealm: () => true,
};

// A real realm has no `location`; the window of a frame has one, which cannot be replaced.
globalThis.setShadowRealmGlobalProperties = (search, adaptor) => {
  globalThis.realmSearch = search;
  globalThis.fetch_json = (url) => new Promise((resolve, reject) => {
    adaptor(url)((text) => { resolve(JSON.parse(text)); }, reject);
  });
};
