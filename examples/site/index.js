// The buttons of the index page. Each button names a request; pressing it makes the request twice:
// once with fetch, to show how the browser interprets the response, and once through
// handlers/transcript.py, to show the bytes and their times.

"use strict";

const KEY = uuid(); // this visit's key in the stash; replaces {key} in the page

const MANY = 8; // with more rows, scroll to the latest

function uuid() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

// The two panes.

function outcome(sheet, ...panes) {
  sheet.querySelector(".outcome")?.remove();
  const box = element("div", panes.length > 1 ? "outcome two" : "outcome");
  box.setAttribute("aria-live", "polite");
  box.append(...panes);
  const first = sheet.querySelector(":scope > details");
  sheet.insertBefore(box, first);
}

function add_row(list, time, what) {
  const row = document.createElement("li");
  row.append(element("span", "time", time), what);
  list.append(row);
  if (list.children.length > MANY) {
    list.scrollTop = list.scrollHeight;
  }
}

class Seen {
  constructor() {
    this.pane = element("section", "seen");
    this.pre = element("pre", "");
    this.pieces = document.createElement("ol");
    this.pane.append(element("h4", "", "Your browser"), this.pre, this.pieces);
    this.start = performance.now();
  }

  // Adds to the head, before any piece of the body.
  add(className, text) {
    this.pre.append(element("span", className, text));
  }

  // Adds a piece of the body, or the end.
  row(className, text) {
    const ms = Math.round(performance.now() - this.start);
    add_row(this.pieces, `${ms} ms`, element("span", className, text));
  }

  async follow(url, options = {}) {
    let response;
    try {
      response = await fetch(url, { cache: "no-store", ...options });
    } catch (error) {
      this.add("error", error.name === "AbortError" ? "Disconnected.\n" : `${error.message}\n`);
      this.add("name", "No response reached the page.");
      return;
    }
    this.head(response);
    try {
      await this.body(response);
    } catch (error) {
      this.row("error", error.name === "AbortError" ? "Disconnected." : error.message);
    }
  }

  head(response) {
    if (response.redirected) {
      this.add("name", `redirected to ${new URL(response.url).pathname}\n`);
    }
    const look = response.status < 400 ? "status" : "status error";
    this.add(look, `${response.status} ${response.statusText}\n`);
    for (const [name, value] of response.headers) {
      this.add("name", `${name}: `);
      this.add("", `${value}\n`);
    }
  }

  async body(response) {
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      this.row("bytes", decoder.decode(value, { stream: true }));
    }
  }
}

class Wire {
  constructor() {
    this.pane = element("section", "wire");
    this.list = document.createElement("ol");
    this.pane.append(element("h4", "", "On the wire"), this.list);
  }

  async follow(data) {
    add_row(this.list, "sent", visible(data, "bytes sent"));
    const response = await fetch("handlers/transcript.py", { method: "POST", body: bytes(data) });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const lines = (text + value).split("\n");
      text = lines.pop();
      for (const line of lines) {
        this.show(JSON.parse(line));
      }
    }
  }

  show({ ms, bytes, end }) {
    const ends = {
      closed: "the server closed the connection",
      reset: "the server reset the connection",
      silence: "nothing more came; the connection is still open",
      enough: "the rest is not shown",
    };
    if (end) {
      const abrupt = end === "reset" ? "end abrupt" : "end";
      add_row(this.list, `${ms} ms`, element("span", abrupt, ends[end]));
    } else {
      add_row(this.list, `${ms} ms`, visible(bytes, "bytes"));
    }
  }
}

// Text with one character per byte; control characters are made visible.
function visible(data, className) {
  const box = element("span", className);
  for (const part of data.split(/(\r\n|[\x00-\x09\x0b-\x1f\x7f-\x9f]|\n)/)) {
    if (part === "\r\n") {
      box.append(element("span", "mark", "\\r\\n"), "\n");
    } else if (part === "\n") {
      box.append(element("span", "mark", "\\n"), "\n");
    } else if (/^[\x00-\x1f\x7f-\x9f]$/.test(part)) {
      const code = part === "\r" ? "\\r" : "\\x" + part.charCodeAt(0).toString(16).padStart(2, "0");
      box.append(element("span", "mark", code));
    } else {
      box.append(part);
    }
  }
  return box;
}

function bytes(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

// The buttons.

async function attempt(button) {
  const sheet = button.closest(".sheet");
  const url = new URL(button.dataset.try.replace("{key}", KEY), document.baseURI);
  const method = button.dataset.method ?? "GET";
  const body = button.dataset.body;

  const seen = new Seen();
  const work = [seen.follow(url, { method, body })];
  const panes = [seen.pane];
  if (!("once" in button.dataset)) {
    const wire = new Wire();
    panes.push(wire.pane);
    work.push(
      wire.follow(
        `${method} ${url.pathname}${url.search} HTTP/1.1\r\n` +
          `Host: ${url.host}\r\nConnection: close\r\n\r\n`,
      ),
    );
  }
  outcome(sheet, ...panes);
  await busy(button, work);
}

async function busy(button, work) {
  button.disabled = true;
  try {
    await Promise.all(work);
  } finally {
    button.disabled = false;
  }
}

// The first press listens; the second disconnects, and asks what the handler noticed.
let leave = null;

function listen(button) {
  const key = uuid();
  const leaving = new AbortController();
  const seen = new Seen();
  const before = button.textContent;

  outcome(button.closest(".sheet"), seen.pane);
  button.textContent = "Disconnect";
  const listening = seen.follow(`handlers/until-gone.py?key=${key}`, { signal: leaving.signal });

  return async () => {
    leaving.abort();
    await listening;
    button.textContent = before;
    let lines = null;
    for (let tries = 0; lines === null && tries < 40; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const response = await fetch(`handlers/until-gone.py?key=${key}&report`);
      lines = await response.json();
    }
    seen.row("status", `The handler noticed after ${lines} lines.`);
  };
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.try) {
    attempt(button);
  } else if (button?.id === "listen") {
    if (leave) {
      leave();
      leave = null;
    } else {
      leave = listen(button);
    }
  }
});

document.querySelector("#upload form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const seen = new Seen();
  outcome(form.closest(".sheet"), seen.pane);
  busy(form.querySelector("button"), [
    seen.follow(form.action, { method: "POST", body: new FormData(form) }),
  ]);
});

document.querySelector("#bytes form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const wire = new Wire();
  outcome(form.closest(".sheet"), wire.pane);
  // A textarea has only line feeds; send CRLF.
  const text = form.elements.request.value.replace(/\r?\n/g, "\r\n");
  busy(form.querySelector("button"), [wire.follow(text)]);
});

// Fetch a source when it is first opened.
document.addEventListener(
  "toggle",
  async (event) => {
    const pre = event.target.querySelector("pre[data-source]");
    if (pre && event.target.open && pre.textContent === "") {
      const response = await fetch(`handlers/source.py?name=${pre.dataset.source}`);
      pre.textContent = await response.text();
    }
  },
  true,
);

// The commands in the page name the default address; replace it by the actual one.
for (const place of document.querySelectorAll(".shell, textarea")) {
  const swap = (text) =>
    text
      .replaceAll("127.0.0.1:8000", location.host)
      .replaceAll("127.0.0.1 8000", `${location.hostname} ${location.port || 80}`);
  if (place.matches("textarea")) {
    place.value = swap(place.value);
    continue;
  }
  const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = swap(texts.currentNode.data);
  }
}
