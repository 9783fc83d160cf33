// Runs tests in a worklet: a script that is loaded after this one says how.
globalThis.TestRunner = class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.createShadowRealmAndStartTests();
  }

  // A worklet has no `fetch`.
  fetchOverPortExecutor(url) {
    return (resolve) => {
      this.port.addEventListener("message", (event) => {
        if (event.data.fetched === url) {
          resolve(event.data.text);
        }
      });
      this.port.start();
      this.port.postMessage({toFetch: url});
    };
  }

  process() {
    return false;
  }
};
registerProcessor("test-runner", TestRunner);
