// Shows the data of a report. All texts are set as text, never as HTML: a client's words may be markup.
"use strict";

const at = (id) => document.getElementById(id);
const report = JSON.parse(at("data").textContent);

/** From the worst to the best, and their marks, so that no verdict is told by its colour alone. */
const MARKS = { fail: "✕", warn: "!", inconclusive: "?", info: "i", pass: "✓" };
const VERDICTS = Object.keys(MARKS);
const LEVELS = ["MUST", "SHOULD", "MAY", "unspecified"];

/** Without known deviations, what is not as expected is what fails. */
const hasKnown = report.cases.some((one) => one.known);

/** The filters. An empty one lets everything pass. */
const wanted = { verdict: new Set(), group: "", level: "", words: "" };

/** An element with attributes, a class and children, which are elements or texts. */
function make(tag, kind, ...children) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function button(kind, pressed, action, ...children) {
  const element = make("button", kind, ...children);
  element.type = "button";
  element.setAttribute("aria-pressed", String(pressed));
  element.addEventListener("click", action);
  return element;
}

function bar(counts) {
  const element = make("div", "bar");
  element.setAttribute("aria-hidden", "true");
  for (const verdict of VERDICTS) {
    if (!counts[verdict]) continue;
    const part = make("i", verdict);
    part.style.flexGrow = counts[verdict];
    element.append(part);
  }
  return element;
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// --- The cases, each with a row

const rows = report.cases.map((data) => {
  const known = data.known && data.known.verdict === data.verdict;
  const verdict = make("span", "verdict", data.verdict);
  verdict.dataset.mark = MARKS[data.verdict];
  const title = make("span", "title", data.title);
  if (data.unexpected && hasKnown) title.append(make("span", "tag strong", data.known ? "not as known" : "unexpected"));
  if (known) title.append(make("span", "tag", "known"));
  if (data.is_flaky) title.append(make("span", "tag", "flaky"));
  const element = make("details", `case ${data.verdict}`, make("summary", "", verdict, make("span", "id", data.id), title,
    make("span", `level ${data.level.toLowerCase()}`, data.level), make("span", "clause", data.clause)));
  element.id = data.id;
  element.addEventListener("toggle", () => toggled(data, element));
  const texts = [data.id, data.title, data.clause, data.rule, ...data.findings.map((finding) => finding.text), data.outcome?.words ?? ""];
  return { data, element, text: texts.join("\n").toLowerCase() };
});
at("cases").append(...rows.map((row) => row.element));

function toggled(data, element) {
  if (element.open) {
    if (element.childElementCount === 1) element.append(detail(data));
    address(data.id);
  } else if (end() === data.id) {
    address(filters());
  }
}

// --- One case

function detail(data) {
  const about = make("div", "", rule(data), findings(data), words("The client's own words", data.outcome),
    data.next_outcome ? words("Its words about the next request", data.next_outcome) : null);
  return make("div", "detail", about, make("div", "", script(data), transcript(data)));
}

function titled(title, ...children) {
  const heading = make("h3", "", title);
  return { heading, section: make("section", "", heading, ...children) };
}

function rule(data) {
  const link = make("a", "plain", `#${data.id}`);
  link.href = `#${encodeURIComponent(data.id)}`;
  link.title = "The address of this case";
  const { heading, section } = titled("", make("div", "rule", make("p", "", data.rule), make("p", "aside", data.may.join(" ")), asked(data.request)));
  heading.append(...clauses(data.clause), ` ${data.level}`, make("span", "end", link));
  return section;
}

/** What is unusual about the request. */
function asked({ method, fields, content_length: length, trailers, credentials }) {
  const pairs = (pairs) => pairs.map((pair) => pair.join(": ")).join(", ");
  const parts = [
    method !== "GET" && `method ${method}`, fields.length && `fields ${pairs(fields)}`,
    length !== undefined && `content of ${plural(length, "byte")}`, trailers && `trailers ${pairs(trailers)}`,
    credentials && `name and password ${credentials.join(":")}`,
  ].filter(Boolean);
  return parts.length ? make("p", "aside", `Requested with ${parts.join("; ")}.`) : null;
}

/** A clause with links to the RFCs. */
function clauses(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(/RFC (\d+)(?: §([\d.]+\d|\d))?/g)) {
    parts.push(text.slice(from, found.index));
    const link = make("a", "", found[0]);
    link.href = `https://www.rfc-editor.org/rfc/rfc${found[1]}` + (found[2] ? `#section-${found[2]}` : "");
    link.rel = "noreferrer";
    parts.push(link);
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
}

function findings(data) {
  const items = data.findings.map((finding) => {
    const mark = make("span", `verdict ${finding.verdict}`);
    mark.dataset.mark = MARKS[finding.verdict];
    mark.title = finding.verdict;
    return make("li", "finding", mark, make("span", "", finding.text));
  });
  if (!items.length) items.push(make("li", "", "The client does what the clause requires."));
  if (data.known) items.push(make("li", "aside", `Known deviation: ${data.known.verdict}, ${data.known.reason}`));
  if (data.unexpected) items.push(make("li", "aside", `Not as expected: ${data.unexpected}`));
  if (data.runs.length > 1) items.push(make("li", "aside", `Runs: ${data.runs.join(", ")}`));
  return titled("Findings", make("ul", "", ...items)).section;
}

const bytesOf = (base64) => atob(base64);
const fieldLines = (fields) => fields.map(([name, value]) => `${name}: ${value}`).join("\n");

function words(title, outcome) {
  if (!outcome) return titled(title, make("p", "faint", "The client was not asked.")).section;
  const facts = make("dl", "facts");
  const add = (name, value) => facts.append(make("dt", "", name), make("dd", "", value));
  const block = (text) => make("pre", "", text);
  const ENDS = {
    "complete": "a response, which it considers complete", "failed": "an error", "timed-out": "it was ended at the time limit",
    "crashed": "a crash", "broke-protocol": "the driver broke the protocol", "unable": "it cannot do what the case asks",
  };
  add("Result", `${ENDS[outcome.ended] ?? outcome.ended}, after ${time(outcome.seconds)}`);
  if (outcome.error) add("Error", block([outcome.error.kind, outcome.error.text].filter(Boolean).join("\n")));
  else if (outcome.ended !== "complete") add("Reason", outcome.words);
  if (outcome.status !== undefined) add("Status", [outcome.status, outcome.reason].filter((one) => one !== undefined).join(" "));
  if (outcome.interim?.length) add("Interim", block(outcome.interim.map((one) => `${one.status}\n${fieldLines(one.fields)}`).join("\n")));
  if (outcome.fields) add("Fields", outcome.fields.length ? block(fieldLines(outcome.fields)) : "none");
  if (outcome.content !== undefined) {
    const content = make("pre", "", ...readable(bytesOf(outcome.content)));
    const shown = bytesOf(outcome.content).length;
    if (shown < outcome.content_length) content.append(make("i", "", `\n… ${outcome.content_length - shown} more bytes`));
    add("Content", outcome.content_length ? content : "none");
  }
  if (outcome.trailers) add("Trailers", outcome.trailers.length ? block(fieldLines(outcome.trailers)) : "none");
  if (outcome.printed) add("Standard error", block(outcome.printed));
  return titled(title, facts).section;
}

function script(data) {
  const command = `wireserve conform show ${data.id}`;
  if (!data.wire) return titled("The response as sent", make("p", "faint", `Not in this report. ${command} prints it.`)).section;
  const { heading, section } = titled("The response as sent", make("pre", "", data.wire));
  const copy = make("button", "plain", "Copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(data.wire);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Cannot copy";
    }
  });
  const save = make("a", "plain", "Save .wire");
  save.href = "data:application/octet-stream," + encodeURIComponent(data.wire);
  save.download = `${data.id.replace(":", "-")}.wire`;
  heading.append(make("span", "end", copy, save));
  return section;
}

// --- What went over the connections

function transcript(data) {
  const parts = data.connections.map(connection);
  if (data.more_connections) parts.push(make("p", "faint", plural(data.more_connections, "more connection")));
  if (!parts.length) parts.push(make("p", "faint", "No connection is kept."));
  return titled("Transcript", ...parts).section;
}

function connection(one) {
  const segments = one.segments.map(segment);
  const title = make("p", "", `Connection ${one.number} from ${one.client}, accepted at ${one.at.slice(11, 23)}`);
  const element = make("div", "connection", title, make("ol", "", ...segments));
  if (one.more_segments) element.append(make("p", "", plural(one.more_segments, "more segment")));
  return element;
}

const EVENTS = { fin: "FIN", reset: "RST", closed: "closed", cut: "cut off" };

function segment(one) {
  const what = one.event ? one.text ?? EVENTS[one.event] ?? one.event : plural(one.length, "byte");
  const side = one.from === "client" ? "client →" : one.from === "server" ? "← server" : null;
  const element = make("li", `segment ${one.from ?? ""}`, make("p", "", side && make("b", "", side), what, make("span", "", `+${time(one.time)}`)));
  if (one.bytes !== undefined) {
    const content = make("pre", "", ...readable(one.bytes));
    if (one.cut) content.append(make("i", "", ` … ${plural(one.cut, "more byte")}`));
    element.append(content);
  }
  return element;
}

/** Bytes, as characters up to U+00FF: printable ones as they are, others as escapes; a line ends after each LF. */
function readable(bytes) {
  const NAMES = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };
  const parts = [];
  for (const found of bytes.matchAll(/[\x20-\x7e]+|[^\x20-\x7e]/g)) {
    const text = found[0];
    if (text >= " " && text.charCodeAt(0) < 127) parts.push(text);
    else parts.push(make("i", "", NAMES[text] ?? "\\x" + text.charCodeAt(0).toString(16).padStart(2, "0")));
    if (text === "\n") parts.push("\n");
  }
  return parts;
}

function time(seconds) {
  if (seconds < 0.001) return (seconds * 1e6).toFixed(0) + " µs";
  if (seconds < 1) return (seconds * 1e3).toFixed(1) + " ms";
  return seconds.toFixed(2) + " s";
}

// --- Filters

/** Whether a case passes the filters, without one of them. */
function passes({ data, text }, without) {
  return (without === "verdict" || !wanted.verdict.size || wanted.verdict.has(data.verdict)) &&
    (!wanted.group || data.group === wanted.group) &&
    (!wanted.level || data.level === wanted.level) &&
    wanted.words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function show() {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  let shown = 0;
  for (const row of rows) {
    const isShown = passes(row);
    row.element.hidden = !isShown;
    shown += isShown;
    if (passes(row, "verdict")) counts[row.data.verdict]++;
  }
  const tiles = VERDICTS.map((verdict) => {
    const press = () => {
      if (!wanted.verdict.delete(verdict)) wanted.verdict.add(verdict);
      changed();
      at(`tile-${verdict}`).focus();
    };
    const tile = button(`tile ${verdict} ${counts[verdict] ? "" : "zero"}`, wanted.verdict.has(verdict), press,
      make("b", "", String(counts[verdict])), make("span", "", verdict));
    tile.id = `tile-${verdict}`;
    return tile;
  });
  at("tiles").replaceChildren(...tiles);
  at("verdicts").firstChild.replaceWith(bar(counts));
  for (const element of at("group-list").querySelectorAll("button")) {
    element.setAttribute("aria-pressed", String(element.value === wanted.group));
  }
  at("group").value = wanted.group;
  at("level").value = wanted.level;
  if (at("words").value !== wanted.words) at("words").value = wanted.words;
  at("shown").textContent = shown === rows.length ? plural(shown, "case") : `${shown} of ${plural(rows.length, "case")}`;
  at("clear").hidden = !filters();
  at("empty").hidden = shown > 0;
}

/** The filters as the end of an address. */
function filters() {
  const { verdict, group, level, words } = wanted;
  const all = { verdict: VERDICTS.filter((one) => verdict.has(one)).join(","), group, level, words };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value)).toString();
}

function address(hash) {
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}

function changed() {
  address(filters());
  show();
}

function clear() {
  Object.assign(wanted, { verdict: new Set(), group: "", level: "", words: "" });
}

/** The end of the address, decoded if it can be. */
function end() {
  const end = location.hash.slice(1);
  try {
    return decodeURIComponent(end);
  } catch {
    return end;
  }
}

/** Follows the address: a case, which is opened, or filters. */
function follow() {
  const row = rows.find(({ data }) => data.id.toLowerCase() === end().toLowerCase());
  if (row) {
    if (!passes(row)) clear();
    show();
    row.element.open = true;
    row.element.scrollIntoView();
    row.element.querySelector("summary").focus({ preventScroll: true });
    return;
  }
  clear();
  const filter = new URLSearchParams(location.hash.slice(1));
  wanted.verdict = new Set((filter.get("verdict") ?? "").split(",").filter((one) => one in MARKS));
  for (const name of ["group", "level", "words"]) wanted[name] = filter.get(name) ?? "";
  show();
}

// --- What stands above

function notes() {
  const link = (id) => {
    const element = make("a", "", id);
    element.href = `#${encodeURIComponent(id)}`;
    return element;
  };
  const note = (kind, title, items, isOpen) => {
    const element = make("details", `note ${kind}`, make("summary", "", title), make("ul", "", ...items));
    element.open = isOpen;
    at("notes").append(element);
  };
  const unexpected = report.cases.filter((one) => one.unexpected);
  if (unexpected.length && hasKnown) {
    const items = unexpected.map((one) => make("li", "", link(one.id), make("span", "", `${one.title}: ${one.unexpected}`)));
    note("fail", `${plural(unexpected.length, "case")} not as expected`, items, items.length <= 8);
  }
  const { comparison } = report;
  if (comparison) {
    const { changed, removed } = comparison;
    const items = [
      ...changed.map((one) => make("li", "", link(one.id), make("span", "", `${one.to}, was ${one.from}: ${one.title}`))),
      ...comparison.new.map((one) => make("li", "", link(one.id), make("span", "", `new, ${one.verdict}: ${one.title}`))),
      ...removed.map((one) => make("li", "", make("span", "id", one.id), make("span", "", `removed, ${one.verdict}: ${one.title}`))),
    ];
    const title = items.length ? plural(items.length, "difference") : "No differences";
    note("info", `${title} from ${comparison.client}, ${comparison.began.slice(0, 10)}`, items, items.length > 0 && items.length <= 8);
  }
}

function begin() {
  const flaky = report.cases.filter((one) => one.is_flaky).length;
  const known = report.cases.filter((one) => one.known && one.known.verdict === one.verdict).length;
  at("facts").textContent = [
    `${plural(rows.length, "case")} in ${report.seconds.toFixed(1)} s`, report.began.slice(0, 10),
    known && plural(known, "known deviation"), flaky && `${flaky} flaky`,
    hasKnown && (report.unexpected.length ? `${report.unexpected.length} not as expected` : "all as expected"),
  ].filter(Boolean).join(" · ");
  at("made").textContent = `Made by wireserve ${report.wireserve} at ${report.began.slice(0, 19).replace("T", " ")} UTC`;
  const tiles = make("div");
  tiles.id = "tiles";
  at("verdicts").append(make("div", "bar"), tiles);
  const press = (code) => () => {
    wanted.group = wanted.group === code ? "" : code;
    changed();
  };
  for (const { code, title, counts } of report.groups) {
    const [bad, kind] = counts.fail ? [counts.fail, "fail"] : [counts.warn, "warn"];
    const label = bad ? make("span", `bad ${kind}`, `${bad} ${kind}`) : make("span");
    const element = button("group", false, press(code), make("code", "", code), make("span", "title", title), label, bar(counts));
    element.value = code;
    element.title = `${title}: ` + VERDICTS.filter((one) => counts[one]).map((one) => `${counts[one]} ${one}`).join(", ");
    at("group-list").append(make("li", "", element));
  }
  const option = (value, text) => {
    const element = make("option", "", text);
    element.value = value;
    return element;
  };
  at("group").append(option("", "All groups"), ...report.groups.map(({ code, title }) => option(code, `${code} ${title}`)));
  at("level").append(option("", "All levels"), ...LEVELS.map((level) => option(level, level)));
  for (const name of ["group", "level", "words"]) {
    at(name).addEventListener("input", (event) => {
      wanted[name] = event.target.value;
      changed();
    });
  }
  at("tools").addEventListener("submit", (event) => event.preventDefault());
  at("clear").addEventListener("click", () => {
    clear();
    changed();
  });
  notes();
  follow();
  window.addEventListener("hashchange", follow);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") return event.target.blur();
  if (event.target.matches("input, select")) return;
  if (event.key === "/") {
    at("words").focus();
  } else if (event.key === "j" || event.key === "k") {
    const shown = rows.filter((row) => !row.element.hidden);
    const index = shown.findIndex((row) => row.element.contains(document.activeElement));
    const next = shown[index < 0 ? 0 : index + (event.key === "j" ? 1 : -1)];
    next?.element.querySelector("summary").focus();
  } else {
    return;
  }
  event.preventDefault();
});

begin();
