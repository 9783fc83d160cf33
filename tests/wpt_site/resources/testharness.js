// A harness with the functions that tests call in every scope, windows and workers, and nothing
// else. It runs as a script and as a module.
//
// A page's results are those of its own tests and of the workers it fetches from. They are complete
// when the page has loaded (a worker: when it called `done`; a ShadowRealm: when it is asked for
// them), something was tested, and nothing runs.
(function (scope) {
  "use strict";

  const inRealm = typeof GLOBAL !== "undefined" && GLOBAL.isShadowRealm();
  const inWindow = typeof document !== "undefined" && !inRealm;
  const results = [];
  const callbacks = [];
  let running = 0;
  let declared = false;
  let complete = false;
  let queue = Promise.resolve();

  function record(name, error) {
    const message = error === undefined ? "" : String((error && error.message) || error);
    results.push({name, status: error === undefined ? "PASS" : "FAIL", message});
  }

  function completeIfOver() {
    if (complete || !declared || running > 0 || results.length === 0) {
      return;
    }
    complete = true;
    callbacks.forEach((callback) => callback(results));
  }

  function begin() {
    running += 1;
  }

  function end() {
    running -= 1;
    completeIfOver();
  }

  scope.add_completion_callback = (callback) => {
    callbacks.push(callback);
    if (complete) {
      callback(results);
    }
  };

  scope.test = (run, name) => {
    try {
      run();
      record(name);
    } catch (error) {
      record(name, error);
    }
    completeIfOver();
  };

  // One after the other, in the order of their declaration.
  scope.promise_test = (run, name) => {
    begin();
    queue = queue.then(run).then(() => record(name), (error) => record(name, error)).then(end);
  };

  // With a name alone, the caller runs the test with the methods of what it gets.
  scope.async_test = (first, second) => {
    const [run, name] = typeof first === "function" ? [first, second] : [() => {}, first];
    let ended = false;
    begin();
    const finish = (error) => {
      if (!ended) {
        ended = true;
        record(name, error);
        end();
      }
    };
    const test = {
      done: () => finish(),
      step: (step) => {
        try {
          return step();
        } catch (error) {
          return finish(error);
        }
      },
      step_func: (step) => (...values) => test.step(() => step(...values)),
      step_func_done: (step) => (...values) => {
        test.step(() => step && step(...values));
        finish();
      },
      unreached_func: (message) => () => finish(new Error(message)),
    };
    test.step(() => run(test));
    return test;
  };

  scope.assert_true = (value, message) => scope.assert_equals(value, true, message);

  scope.assert_equals = (found, expected, message = "") => {
    if (!Object.is(found, expected)) {
      const show = (value) => JSON.stringify(value) || String(value);
      throw new Error(`${message} expected ${show(expected)} but got ${show(found)}`.trim());
    }
  };

  scope.done = () => {
    if (!inWindow && !inRealm) {
      declared = true;
      completeIfOver();
    }
  };

  // The worker gets a port, and answers through it.
  scope.fetch_tests_from_worker = (worker) => {
    const {port1, port2} = new MessageChannel();
    begin();
    const finish = (error) => {
      record("the worker", error);
      end();
    };
    worker.addEventListener("error", (event) => finish(event.message || "it failed to load"));
    const take = (all) => {
      results.push(...all);
      end();
    };
    port1.onmessage = (message) => take(message.data);
    const receiver = worker.port || worker;
    if (receiver.start) {
      receiver.start();
    }
    // What runs in a ShadowRealm of the worker is reported without being asked for, by a service
    // worker to all of its clients.
    const container = navigator.serviceWorker;
    const isService = worker.scriptURL !== undefined;
    (isService ? container : receiver).addEventListener("message", (message) => {
      const isOther = isService && message.source.scriptURL !== worker.scriptURL;
      if (message.data.realmResults && !isOther) {
        take(message.data.realmResults);
      }
    });
    if (isService) {
      container.startMessages();
    }
    receiver.postMessage("results", [port2]);
  };

  scope.fetch_tests_from_shadow_realm = async (realm) => {
    begin();
    realm.evaluate("begin_shadow_realm_tests")((message) => {
      results.push(...JSON.parse(message).realmResults);
      end();
    });
  };

  scope.begin_shadow_realm_tests = (callback) => {
    declared = true;
    scope.add_completion_callback((all) => {
      callback(JSON.stringify({realmResults: all}));
    });
    completeIfOver();
  };

  scope.setup = (run) => {
    try {
      run();
    } catch (error) {
      declared = true;
      record("the page", error);
      completeIfOver();
    }
  };

  if (inWindow) {
    scope.addEventListener("load", () => {
      declared = true;
      completeIfOver();
    });
    const fail = (error) => {
      record("the page", error);
      completeIfOver();
    };
    scope.addEventListener("error", (event) => fail(event.message));
    scope.addEventListener("unhandledrejection", (event) => fail(event.reason));
  } else if (!inRealm) {
    const answer = (message) => {
      if (message.data === "results") {
        const [port] = message.ports;
        scope.add_completion_callback((all) => port.postMessage(all));
      }
    };
    scope.addEventListener("message", answer);
    scope.addEventListener("connect", (event) => {
      event.ports[0].onmessage = answer;
    });
  }
})(globalThis);
