// The driver of this browser: takes jobs from the command, lets a frame of the case's own origin do each, and posts
// the outcomes back. All texts are set as text, never as HTML.
"use strict";

const at = (id) => document.getElementById(id);

/** How many frames are kept: more than there are jobs at a time. */
const FRAMES = 48;

/** The frames by origin, the oldest first: `ready` is a promise, `busy` the number of its jobs. */
const frames = new Map();
/** What settles the promise of each job, by id. */
const waiting = new Map();

addEventListener("message", (event) => {
  const frame = frames.get(event.origin);
  if (!frame || event.source !== frame.element.contentWindow) return;
  if (event.data === "ready") return frame.settle();
  waiting.get(event.data.id)?.(event.data);
  waiting.delete(event.data.id);
});

function frameOf(origin) {
  const known = frames.get(origin);
  if (known) return known;
  for (const [old, { element, busy }] of frames) {
    if (frames.size < FRAMES) break;
    if (busy) continue;
    element.remove();
    frames.delete(old);
  }
  const frame = { element: document.createElement("iframe"), busy: 0 };
  frame.ready = new Promise((settle) => { frame.settle = settle; });
  frame.element.src = origin + "/frame";
  frames.set(origin, frame);
  at("frames").append(frame.element);
  return frame;
}

async function perform(job) {
  const origin = new URL(job.url).origin;
  const frame = frameOf(origin);
  frame.busy++;
  try {
    await frame.ready;
    const outcome = new Promise((settle) => waiting.set(job.id, settle));
    frame.element.contentWindow.postMessage(job, origin);
    await post("outcome", await outcome);
  } finally {
    frame.busy--;
  }
}

async function post(path, value) {
  const response = await fetch(path, { method: "POST", body: JSON.stringify(value) });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** What this browser calls itself. */
function name() {
  const brand = navigator.userAgentData?.brands.find(({ brand }) => !/^Chromium$|not/i.test(brand))
    ?? navigator.userAgentData?.brands.find(({ brand }) => brand === "Chromium");
  if (brand) return `${brand.brand} ${brand.version}`;
  const [, other, version] = /(HeadlessChrome|Firefox|Edg|Chrome)\/([\d.]+)/.exec(navigator.userAgent) ?? [];
  if (other) return `${other} ${version}`;
  const safari = /Version\/([\d.]+).*Safari/.exec(navigator.userAgent);
  return safari ? `Safari ${safari[1]}` : navigator.userAgent;
}

function draw({ all, counts, latest }) {
  const done = Object.values(counts).reduce((sum, count) => sum + count, 0);
  at("progress").max = all;
  at("progress").value = done;
  say(done === all ? "Making the report" : `${done} of ${all} cases have ended`);
  at("counts").replaceChildren(...Object.entries(counts).map(([verdict, count]) => element("li", verdict, [["b", "", count], ["span", "", verdict]])));
  at("latest").replaceChildren(...latest.map(({ verdict, id, title }) => element("li", "", [["b", verdict, verdict], ["code", "", id], ["span", "", title]])));
}

function element(tag, kind, parts) {
  const made = document.createElement(tag);
  made.className = kind;
  made.append(...parts.map(([tag, kind, text]) => {
    const part = document.createElement(tag);
    part.className = kind;
    part.textContent = text;
    return part;
  }));
  return made;
}

function say(text, kind = "") {
  at("state").textContent = text;
  at("state").className = kind;
}

async function run() {
  const client = name();
  at("client").textContent = client;
  const { api } = await post("hello", { version: 1, client });
  for (;;) {
    const { job, progress, is_over: isOver } = await (await fetch("next")).json();
    if (isOver) return location.replace("report");
    draw(progress);
    if (job) perform({ ...job, api }).catch(lost);
  }
}

function lost(error) {
  say(`The connection to the command is lost: ${error.message}`, "lost");
}

run().catch(lost);
