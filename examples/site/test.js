// The tests of test.html: one for each example, in the order of the index page.

"use strict";

function get(path, options = {}) {
  return fetch(`handlers/${path}`, { cache: "no-store", ...options });
}

function uuid() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The pieces of a body with their times of arrival.
async function arrivals(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const pieces = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return pieces;
    }
    pieces.push({ text: value, at: performance.now() });
  }
}

// The bytes on the wire for a path: pieces with their times, and how the connection ended.
async function transcript(path) {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${location.host}\r\nConnection: close\r\n\r\n`;
  const response = await get("transcript.py", { method: "POST", body: request });
  const lines = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  const { end } = lines.pop();
  return { pieces: lines, end, bytes: lines.map((line) => line.bytes).join("") };
}

promise_test(async () => {
  const response = await get("control-content-type.py?content-type=text/foobar");
  assert_equals(response.status, 200);
  assert_equals(response.statusText, "my status text");
  assert_equals(response.headers.get("Content-Type"), "text/foobar");
}, "the query decides status text and Content-Type");

promise_test(async () => {
  const expected = {
    content: [200, "OK", null],
    headers: [200, "OK", "text/plain"],
    status: [202, "Accepted", "text/plain"],
    reason: [299, "Fine By Me", "text/plain"],
  };
  for (const [form, [status, reason, type]] of Object.entries(expected)) {
    const response = await get(`return-forms.py?form=${form}`);
    assert_equals(response.status, status, form);
    assert_equals(response.statusText, reason, form);
    assert_equals(response.headers.get("Content-Type"), type, form);
  }
}, "main returns any of the four forms");

promise_test(async () => {
  const response = await get("redirect.py");
  assert_true(response.redirected, "redirected");
  assert_true(response.url.endsWith("/handlers/control-content-type.py?content-type=text/landed"));
  assert_equals(response.headers.get("Content-Type"), "text/landed");
}, "a redirect is followed");

promise_test(async () => {
  const response = await get("source.py?name=lib/greeting.py");
  assert_true((await response.text()).includes("def greet(name):"), "the text of the file");
  assert_equals((await get("source.py?name=../index.html")).status, 404);
}, "an open file is content");

promise_test(async () => {
  const response = await get("raise-error.py");
  const { error } = await response.json();
  assert_equals(response.status, 500);
  assert_equals(error.code, 500);
  assert_true(error.message.includes("ValueError: this handler always fails"), "the traceback");
  assert_equals((await get("raise-error.py?status=418")).status, 418);
}, "an exception becomes a JSON error");

promise_test(async () => {
  const response = await get("inspect-request.py?a=1&a=2", {
    method: "PUT",
    headers: { "X-Sent-By": "test.html" },
    body: "some bytes",
  });
  const seen = await response.json();
  assert_equals(seen.request_line, "PUT /handlers/inspect-request.py?a=1&a=2 HTTP/1.1\r\n");
  assert_equals(seen.url, `http://${location.host}/handlers/inspect-request.py?a=1&a=2`);
  assert_equals(seen.query.a.join(), "1,2");
  assert_equals(seen.body, "some bytes");
  const header = seen.headers.find(([name]) => name.toLowerCase() === "x-sent-by");
  assert_equals(header[1], "test.html");
}, "the handler sees method, query, headers and body");

promise_test(async () => {
  const form = new FormData();
  form.append("note", "Grüße");
  form.append("file", new Blob(["0123456789"]), "zehn Bytes – genau.bin");
  const response = await get("upload.py", { method: "POST", body: form });
  const [file, note] = await response.json();
  assert_equals(file.name, "file");
  assert_equals(file.filename, "zehn Bytes – genau.bin");
  assert_equals(file.size, 10);
  assert_equals(note.value, "Grüße");
}, "an upload shows name, filename and size");

promise_test(async () => {
  const visits = async () => Number((await (await get("count-visits.py")).text()).match(/\d+/)[0]);
  const first = await visits();
  assert_equals(await visits(), first + 1);
}, "a cookie is set, sent back and counted");

promise_test(async () => {
  const response = await get("imported-helper.py?name=browser");
  assert_equals(await response.text(), "Hello, browser!\n");
}, "a helper is imported from the doc root");

promise_test(async () => {
  const path = `stash.py?key=${uuid()}`;
  assert_equals((await get(path, { method: "POST", body: "left here" })).status, 201);
  const taken = await get(path);
  assert_equals(taken.status, 200);
  assert_equals(await taken.text(), "left here");
  assert_equals((await get(path)).status, 404);
}, "a stashed value can be taken once");

for (const name of ["trickle-generator.py", "trickle-writer.py"]) {
  promise_test(async () => {
    const pieces = await arrivals(await get(`${name}?count=4&ms=200`));
    const text = pieces.map((piece) => piece.text).join("");
    assert_equals(text, "piece 1 of 4\npiece 2 of 4\npiece 3 of 4\npiece 4 of 4\n");
    assert_true(pieces.length > 1, "more than one piece");
    const apart = pieces.at(-1).at - pieces[0].at;
    assert_true(apart > 150, `first and last piece well apart (${Math.round(apart)} ms)`);
  }, `${name}: the body arrives in pieces`);
}

promise_test(async () => {
  const response = await get("split-header.py?ms=100");
  assert_equals(response.headers.get("X-Halves"), "first half and second half");
  const { pieces } = await transcript("/handlers/split-header.py?ms=400");
  assert_true(pieces[0].bytes.endsWith("\r\nX-Halves: first ha"), "the first piece ends in the word");
  assert_true(pieces[1].ms - pieces[0].ms > 150, "the second comes later");
}, "a header comes in two halves and is read as one");

promise_test(async () => {
  const pieces = await arrivals(await get("late-half.wire"));
  assert_equals(pieces[0].text, "Half of this came at once,");
  assert_equals(pieces[1].text, " and the rest half a second later.\n");
  assert_true(pieces[1].at - pieces[0].at > 250, "the second comes later");
}, "a wire script sends bytes at their time");

promise_test(async () => {
  const path = `busy-twice.wire?${uuid()}`;
  const statuses = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    statuses.push((await get(path)).status);
  }
  assert_equals(statuses.join(" "), "503 503 200 200");
  const response = await get(path, { method: "HEAD" });
  assert_equals(response.status, 503, "HEAD is counted by itself");
}, "a wire script fails twice, then works");

promise_test(async () => {
  const response = await get("many-fields.wire");
  const names = [...response.headers.keys()].filter((name) => name.startsWith("x-"));
  assert_equals(names.length, 10000);
  assert_equals(await response.text(), "Chunk 1 of 3.\nChunk 2 of 3.\nChunk 3 of 3.\n");
}, "a wire script numbers its repetitions");

promise_test(async () => {
  const response = await get("early-hints.py");
  assert_equals(response.status, 200);
  assert_equals(response.headers.get("Content-Type"), "text/plain");
  const { bytes } = await transcript("/handlers/early-hints.py");
  assert_true(bytes.startsWith("HTTP/1.1 103 Early Hints\r\nLink: "), "the first head");
  assert_true(bytes.includes("\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: "), "the second head");
}, "an interim response comes before the final one");

promise_test(async () => {
  const path = `until-gone.py?key=${uuid()}`;
  const leaving = new AbortController();
  const response = await get(path, { signal: leaving.signal });
  await response.body.getReader().read();
  leaving.abort();
  let lines = null;
  while (lines === null) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    lines = await (await get(`${path}&report`)).json();
  }
  assert_true(lines >= 1, "lines written before");
}, "the handler notices that the client is gone");

promise_test(async () => {
  // A browser may reject it or accept it, but must not hang.
  try {
    const response = await get("malformed-status.py");
    assert_true(Number.isInteger(response.status), "a status");
    await response.text();
  } catch (error) {
    assert_true(error instanceof TypeError, `a network error, not ${error}`);
  }
  const { bytes, end } = await transcript("/handlers/malformed-status.py?line=Good+morning");
  assert_equals(bytes, "Good morning\r\nContent-Type: text/plain\r\n\r\nStill reading?\n");
  assert_equals(end, "closed");
}, "a malformed status line is rejected or interpreted");

promise_test(async () => {
  const response = await get("short-body.py");
  assert_equals(response.status, 200);
  assert_equals(response.headers.get("Content-Length"), "100");
  await assert_rejects(response.text(), "reading a body that ends too early");
}, "a body that ends too early is an error");

promise_test(async () => {
  const response = await get("bad-chunk.py");
  assert_equals(response.status, 200);
  await assert_rejects(response.text(), "reading a body with a bad chunk");
}, "a bad chunk is an error");

promise_test(async () => {
  const response = await get("as-is.asis");
  assert_equals(response.statusText, "Written By Hand");
  assert_equals(response.headers.get("X-Twice"), "one, two");
  const { bytes } = await transcript("/handlers/as-is.asis");
  assert_true(bytes.startsWith("HTTP/1.1 200 Written By Hand\r\nx-CASE: kept\r\n"), "its bytes");
}, "an .asis file is the response");

promise_test(async () => {
  await assert_rejects(get("empty-reply.py"), "fetching an empty reply");
  const { bytes, end } = await transcript("/handlers/empty-reply.py");
  assert_equals(bytes, "");
  assert_equals(end, "closed");
}, "an empty reply is a network error");

promise_test(async () => {
  const response = await get("reset.py");
  assert_equals(response.status, 200);
  await assert_rejects(response.text(), "reading a body cut off by a reset");
  const { end } = await transcript("/handlers/reset.py");
  assert_equals(end, "reset");
}, "a reset ends the body with an error");

promise_test(async () => {
  const response = await get("separate-segments.py");
  assert_equals(response.statusText, "One By One");
  assert_equals(response.headers.get("X-Second"), "alone");
  assert_equals(await response.text(), "Watch me in Wireshark, do\n");
}, "a head sent line by line is read as one");

promise_test(async () => {
  const page = new DOMParser().parseFromString(await (await fetch("index.html")).text(), "text/html");
  const sources = [...page.querySelectorAll("[data-source]")].map((pre) => pre.dataset.source);
  assert_true(sources.length > 0, "examples on the index page");
  for (const name of sources) {
    assert_equals((await get(`source.py?name=${name}`)).status, 200, name);
    assert_true(page.querySelector(`[data-try^="handlers/${name}"], [href^="handlers/${name}"], [action="handlers/${name}"]`) !== null, name);
  }
}, "every example on the index page exists");

promise_test(async () => {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.src = "index.html";
  document.body.append(frame);
  await new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));

  const sheet = frame.contentDocument.querySelector("#control-content-type");
  const done = new Promise((resolve) => {
    const look = () => sheet.querySelector(".seen li .bytes") && sheet.querySelector(".wire .end");
    new MutationObserver(() => look() && resolve()).observe(sheet, { childList: true, subtree: true });
  });
  sheet.querySelector("button").click();
  await done;
  assert_equals(sheet.querySelector(".seen .status").textContent, "200 my status text\n");
  assert_equals(sheet.querySelector(".wire .end").textContent, "the server closed the connection");
  frame.remove();
}, "a button of the index page shows both sides");
