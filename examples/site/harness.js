// A test harness in a few lines, with the names that testharness.js made familiar.
//
// Tests run one after the other, in the order in which they were declared, once the page has
// loaded. The summary goes into the title; a table and, for programs, JSON go into the page
// (<pre id="results">). With ?report=URL in the page's address the same JSON is also posted there.

"use strict";

const PATIENCE = 10000; // milliseconds after which a test that says nothing has failed

const declared = [];

function promise_test(run, name) {
  declared.push({ run, name });
}

function assert_true(value, what = "the condition") {
  if (value !== true) {
    throw new Error(`${what}: expected true, got ${value}`);
  }
}

function assert_equals(actual, expected, what = "the value") {
  if (!Object.is(actual, expected)) {
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }
}

async function assert_rejects(promise, what = "the promise") {
  try {
    await promise;
  } catch {
    return;
  }
  throw new Error(`${what}: expected a rejection`);
}

function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function run_all() {
  const tests = [];
  for (const { run, name } of declared) {
    const row = add_row(name);
    const start = performance.now();
    let result;
    try {
      await within(PATIENCE, Promise.resolve().then(run));
      result = { name, status: "PASS", message: null };
    } catch (error) {
      result = { name, status: "FAIL", message: String(error && error.message ? error.message : error) };
    }
    tests.push(result);
    finish_row(row, result, performance.now() - start);
  }
  await publish(tests);
}

function add_row(name) {
  const row = document.querySelector("#tests").insertRow();
  row.insertCell().textContent = "…";
  row.insertCell().textContent = name;
  row.insertCell();
  return row;
}

function finish_row(row, { status, message }, milliseconds) {
  row.className = status.toLowerCase();
  row.cells[0].textContent = status;
  row.cells[2].textContent = `${Math.round(milliseconds)} ms`;
  if (message !== null) {
    const detail = document.createElement("p");
    detail.textContent = message;
    row.cells[1].append(detail);
  }
}

async function publish(tests) {
  const passed = tests.filter((test) => test.status === "PASS").length;
  const status = tests.length > 0 && passed === tests.length ? "PASS" : "FAIL";
  const results = JSON.stringify({ status, passed, failed: tests.length - passed, tests }, null, 2);

  document.title = `${status} ${passed}/${tests.length}`;
  const summary = document.querySelector("#summary");
  summary.className = status.toLowerCase();
  summary.textContent = `${passed} of ${tests.length} passed`;
  document.querySelector("#results").textContent = results;

  const report = new URLSearchParams(location.search).get("report");
  if (report) {
    // no-cors, so that the listener need not know about origins; nobody reads the answer.
    await fetch(report, { method: "POST", mode: "no-cors", body: results });
  }
}

addEventListener("load", run_all);
