// A small test harness with the function names of testharness.js.
//
// Once the page has loaded, tests run one at a time, in the order of their declaration. The title
// shows the summary, the page a table and JSON (<pre id="results">). With ?report=URL, the page also
// posts the JSON to that URL.

"use strict";

const PATIENCE = 10000; // milliseconds after which an unfinished test fails

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
    timer = setTimeout(() => reject(new Error(`timed out after ${milliseconds} ms`)), milliseconds);
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
    // no-cors, so that the listener need not handle origins; the response is not read.
    await fetch(report, { method: "POST", mode: "no-cors", body: results });
  }
}

addEventListener("load", run_all);
