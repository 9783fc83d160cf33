// Gives the result of a test of Test262 to the page that has this one in a frame: how the script
// ended, or, for a test that is asynchronous or a module, what it says itself.
(function (scope) {
  "use strict";

  let negative = null;
  let isAsync = false;
  let reported = false;

  function report(status, message) {
    if (!reported) {
      reported = true;
      parent.test262HarnessDone(status, message);
    }
  }

  scope.test262Setup = () => {
    scope.calledSetup = true;
  };
  scope.test262IsAsync = (value) => {
    isAsync = value;
    scope.test262Async = value;
  };
  scope.test262Negative = (type, phase) => {
    negative = {type, phase};
  };
  scope.test262ScriptError = () => report(2, "the script was not loaded");
  scope.test262Done = () => {
    if (!scope.calledSetup) {
      report(2, "test262Setup() was not called");
    } else if (negative) {
      report(1, `expected ${negative.type} in the phase ${negative.phase}`);
    } else {
      report(0, "");
    }
  };
  scope.print = (line) => {
    const passed = line === "Test262:AsyncTestComplete";
    report(passed ? 0 : 1, passed ? "" : line);
  };

  scope.addEventListener("error", (event) => {
    if (event.error) {
      const asExpected = negative && event.error.name === negative.type;
      report(asExpected ? 0 : 1, asExpected ? "" : event.message);
    }
  });
  scope.addEventListener("load", () => {
    if (!isAsync && !scope.__test262IsModule) {
      scope.test262Done();
    }
  });
})(self);
