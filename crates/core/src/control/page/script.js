// Shows the exchanges of `/v1/stream` as they come. All texts from clients are set as text, never as HTML.
"use strict";

const token = new URLSearchParams(location.search).get("token") ?? "";
const at = (id) => document.getElementById(id);
const rows = at("rows"), room = at("room"), detail = at("detail");

/** All exchanges that are kept, by number, in the order of arrival. */
const kept = new Map();
/** Those that the filter lets pass, in the same order. */
let shown = [];
/** The number of the chosen exchange, and of the open one. */
let chosen = 0, opened = 0;
/** What the server has forgotten since it started. */
let dropped = 0;
let address = "";
/** Whether the chosen exchange has to be scrolled into view once it is in the list. */
let isSought = false;

// --- The stream

const stream = new EventSource("/v1/stream?token=" + encodeURIComponent(token));
stream.addEventListener("open", () => say("live", "live"));
stream.addEventListener("error", () => {
  const ended = stream.readyState === EventSource.CLOSED;
  say(ended ? "not connected: reload with the address that the server prints" : "connecting again", "lost");
});
stream.addEventListener("request", (event) => {
  const request = JSON.parse(event.data);
  kept.set(request.number, request);
  if (request.number === opened) showDetail(opened);
  changed();
});
stream.addEventListener("dropped", (event) => {
  const { dropped: count, first } = JSON.parse(event.data);
  dropped = count;
  for (const number of kept.keys()) {
    if (number >= first) break;
    kept.delete(number);
  }
  changed();
});
stream.addEventListener("cleared", () => {
  kept.clear();
  close();
  changed();
});

function say(text, kind) {
  at("state").textContent = text;
  at("state").className = kind;
}

/** Requests of the control interface carry the token in a field. */
async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { Authorization: "Bearer " + token } });
  if (!response.ok) throw new Error((await response.json()).error.message);
  return response;
}

// --- The list

let isPending = false;

/** Many exchanges may come before the next frame: they are shown together. */
function changed() {
  if (isPending) return;
  isPending = true;
  requestAnimationFrame(() => {
    isPending = false;
    select();
    draw();
  });
}

function select() {
  const words = at("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const problems = at("only-problems").checked, unmatched = at("only-unmatched").checked;
  shown = [];
  for (const request of kept.values()) {
    if (problems && !request.problems) continue;
    if (unmatched && request.matched) continue;
    const text = `${request.method} ${request.target} ${request.status ?? "-"}`.toLowerCase();
    if (words.every((word) => text.includes(word))) shown.push(request);
  }
}

/** Only the rows in view are elements, so that 10,000 exchanges cost no more than a screenful. */
function draw() {
  const height = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row"));
  room.style.height = shown.length * height + "px";
  if (at("follow").checked) rows.scrollTop = rows.scrollHeight;
  if (isSought) reveal(shown.findIndex((request) => request.number === chosen), height);
  const first = Math.max(0, Math.floor(rows.scrollTop / height) - 5);
  const last = Math.min(shown.length, Math.ceil((rows.scrollTop + rows.clientHeight) / height) + 5);
  const visible = [];
  for (let index = first; index < last; index++) visible.push(row(shown[index], index, index * height));
  room.replaceChildren(...visible);
  const active = visible.find((one) => one.getAttribute("aria-selected") === "true");
  if (active) rows.setAttribute("aria-activedescendant", active.id);
  else rows.removeAttribute("aria-activedescendant");
  const all = shown.length === kept.size ? "" : `${shown.length} of `;
  const gone = dropped ? `, ${dropped} older ones dropped` : "";
  at("kept").textContent = `${all}${kept.size} exchanges${gone}`;
  at("empty").hidden = shown.length > 0;
  at("empty").textContent = kept.size ? "The filter lets none of them pass." : "No requests yet.";
}

function reveal(index, height) {
  if (index < 0) return;
  isSought = false;
  const top = index * height;
  if (top < rows.scrollTop) rows.scrollTop = top;
  if (top + height > rows.scrollTop + rows.clientHeight) rows.scrollTop = top + height - rows.clientHeight;
}

function row(request, index, top) {
  const element = document.createElement("div");
  element.className = "row";
  element.id = "exchange-" + request.number;
  element.style.top = top + "px";
  element.role = "option";
  element.setAttribute("aria-selected", String(request.number === chosen));
  element.setAttribute("aria-setsize", String(shown.length));
  element.setAttribute("aria-posinset", String(index + 1));
  element.dataset.number = request.number;
  const isBad = request.problems > 0;
  const cells = [
    [request.number], [request.connection], [request.at.slice(11, 23)], [request.method, isBad && "bad"],
    [request.target, "target"], [request.status ?? "–", request.status >= 400 && "bad"], [duration(request.took)],
  ];
  for (const [text, kind] of cells) {
    const cell = document.createElement("span");
    cell.textContent = text;
    if (kind) cell.className = kind;
    element.append(cell);
  }
  element.title = isBad ? `${request.target}\n${request.problems} violations of the RFCs` : request.target;
  return element;
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "…";
  if (seconds < 0.001) return (seconds * 1e6).toFixed(0) + " µs";
  if (seconds < 1) return (seconds * 1e3).toFixed(1) + " ms";
  return seconds.toFixed(2) + " s";
}

function choose(index) {
  if (!shown.length) return;
  index = Math.min(Math.max(index, 0), shown.length - 1);
  at("follow").checked = false;
  chosen = shown[index].number;
  isSought = true;
  if (opened) open(chosen);
  else draw();
}

// --- One exchange

/** The exchange that is shown, as the server describes it. */
let current = null;

function open(number) {
  opened = chosen = number;
  isSought = true;
  at("follow").checked = false;
  history.replaceState(null, "", location.search + "#" + number);
  showDetail(number);
  draw();
}

function close() {
  opened = 0;
  current = null;
  detail.hidden = true;
  document.querySelector("main").classList.remove("open");
  history.replaceState(null, "", location.search);
  rows.focus();
  draw();
}

async function showDetail(number) {
  let exchange;
  try {
    exchange = await (await ask(`/v1/requests/${number}/exchange`)).json();
  } catch (error) {
    if (number === opened) at("said").textContent = error.message;
    return;
  }
  if (number !== opened) return;
  current = exchange;
  const { request } = exchange;
  at("title").textContent = `${request.method} ${request.target}`;
  const of = exchange.connection ? `, from ${exchange.connection.client}` : "";
  at("facts").textContent =
    `Exchange ${number}: request ${request.ordinal} of connection ${request.connection}${of}, at ${request.at}. ` +
    `Status ${request.status ?? "none"}, body of ${request.body_length} bytes, took ${duration(request.took)}.`;
  at("problems").replaceChildren(...request.problems.map((problem) => {
    const item = document.createElement("li");
    item.textContent = `${problem.what} (${problem.clause}), at byte ${problem.offset}`;
    return item;
  }));
  drawSegments();
  at("said").textContent = "";
  document.querySelector("main").classList.add("open");
  detail.hidden = false;
}

function drawSegments() {
  const { segments, cut, connection } = current;
  const items = (segments ?? []).map(segment);
  if (!segments || cut) {
    const note = document.createElement("li");
    note.textContent = segments ? "Earlier segments are no longer kept." : "The transcript is no longer kept.";
    items.unshift(note);
  }
  at("segments").replaceChildren(...items);
}

const EVENTS = { fin: "FIN", reset: "RST", closed: "closed", cut: "cut off" };
const SIDES = { client: "client →", server: "← server" };

function segment(one) {
  const item = document.createElement("li");
  item.className = one.from ?? "note";
  const title = document.createElement("h3");
  const from = document.createElement("b");
  from.textContent = SIDES[one.from] ?? "";
  const what = one.event === "bytes" ? `${one.length} bytes` : one.text ?? EVENTS[one.event] ?? one.event;
  title.append(from, ` ${(one.time * 1e3).toFixed(3)} ms · ${what}`);
  item.append(title);
  if (one.event === "bytes") {
    const content = document.createElement("pre");
    const bytes = decoded(one.bytes ?? "");
    content.append(...(at("hex").checked ? [hex(bytes)] : readable(bytes)));
    if (bytes.length < one.length) {
      const rest = document.createElement("i");
      rest.textContent = `\n… ${one.length - bytes.length} more bytes, which were not kept`;
      content.append(rest);
    }
    item.append(content);
  }
  return item;
}

const decoded = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** Printable bytes as they are, others as escapes; a line ends after each LF. */
function readable(bytes) {
  const parts = [];
  let plain = "";
  const escape = (text) => {
    if (plain) parts.push(plain);
    plain = "";
    const mark = document.createElement("i");
    mark.textContent = text;
    parts.push(mark);
  };
  const NAMES = { 9: "\\t", 10: "\\n", 13: "\\r" };
  for (const byte of bytes) {
    if (byte >= 32 && byte < 127) plain += String.fromCharCode(byte);
    else escape(NAMES[byte] ?? "\\x" + byte.toString(16).padStart(2, "0"));
    if (byte === 10) plain += "\n";
  }
  if (plain) parts.push(plain);
  return parts;
}

function hex(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length; start += 16) {
    const line = [...bytes.slice(start, start + 16)];
    const digits = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${start.toString(16).padStart(6, "0")}  ${digits.padEnd(47)}  ${letters}`);
  }
  return lines.join("\n");
}

// --- Copying

const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

/** A command for a POSIX shell that sends the same request line, fields and body. */
function curl({ request, connection }) {
  const server = connection?.server ?? address;
  const command = ["curl", "-i", "--http1.1", "--globoff", "--path-as-is"];
  if (request.method === "HEAD") command.push("--head");
  else command.push("-X", quoted(request.method));
  const names = new Set(request.fields.map(([name]) => name.toLowerCase()));
  const own = ["User-Agent", "Accept", "Content-Type"].filter((name) => !names.has(name.toLowerCase()));
  for (const name of own) command.push("-H", quoted(name + ":"));
  for (const [name, value] of request.fields) {
    if (name.toLowerCase() === "content-length") continue;
    command.push("-H", quoted(value === "" ? `${name};` : `${name}: ${value}`));
  }
  const body = decoded(request.body);
  let input = "";
  if (body.length && body.every((byte) => byte === 10 || (byte >= 32 && byte < 127))) {
    command.push("--data-binary", quoted(String.fromCharCode(...body)));
  } else if (body.length) {
    input = "printf '" + [...body].map((byte) => "\\" + byte.toString(8).padStart(3, "0")).join("") + "' | ";
    command.push("--data-binary", "@-");
  }
  const isOrigin = request.target.startsWith("/");
  if (!isOrigin) command.push("--request-target", quoted(request.target));
  command.push(quoted(`http://${server}${isOrigin ? request.target : "/"}`));
  return input + command.join(" ");
}

async function copy(make, what) {
  try {
    const text = await make();
    await navigator.clipboard.writeText(text);
    at("said").textContent = `copied ${what}`;
  } catch (error) {
    at("said").textContent = `cannot copy: ${error.message}`;
  }
}

// --- Controls

rows.addEventListener("scroll", () => {
  if (rows.scrollTop + rows.clientHeight < rows.scrollHeight - 4) at("follow").checked = false;
  changed();
});
rows.addEventListener("click", (event) => {
  const element = event.target.closest(".row");
  if (element) open(Number(element.dataset.number));
});
for (const id of ["filter", "only-problems", "only-unmatched", "follow"]) at(id).addEventListener("input", changed);
at("tools").addEventListener("submit", (event) => event.preventDefault());
at("clear").addEventListener("click", () => ask("/v1/requests", { method: "DELETE" }));
at("back").addEventListener("click", close);
at("hex").addEventListener("input", () => current && drawSegments());
at("copy-curl").addEventListener("click", () => copy(() => curl(current), "a curl command"));
at("copy-wire").addEventListener("click", () =>
  copy(async () => (await ask(`/v1/requests/${opened}/script`)).text(), "a wire script"));
window.addEventListener("resize", changed);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") return opened ? close() : event.target.blur();
  if (event.target.matches("input[type=search], button")) return;
  const index = shown.findIndex((request) => request.number === chosen);
  const moves = {
    j: index + 1, ArrowDown: index + 1, k: index - 1, ArrowUp: index - 1,
    g: 0, Home: 0, G: shown.length - 1, End: shown.length - 1, PageDown: index + 10, PageUp: index - 10,
  };
  if (event.key === "/") at("filter").focus();
  else if (event.key === "Enter" && chosen) open(chosen);
  else if (event.key in moves) choose(moves[event.key]);
  else return;
  event.preventDefault();
});

ask("/v1/status").then((response) => response.json()).then((status) => {
  address = status.addresses[0] ?? "";
  document.title = `wireserve ${address}`;
}, (error) => say(error.message, "lost"));
if (/^#\d+$/.test(location.hash)) open(Number(location.hash.slice(1)));
