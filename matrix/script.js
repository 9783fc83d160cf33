
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// Words from outside become texts, never markup.
function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const isShown = (client) => {
  const words = byId("words").value.toLowerCase().split(/\s+/).filter(Boolean);
  const language = byId("language").value;
  const all = [client.name, client.language, ...client.versions].join(" ").toLowerCase();
  return (!language || client.language === language) && words.every((word) => all.includes(word));
};

const total = (client, verdict) => Object.values(client.groups).reduce((sum, counts) => sum + (counts[verdict] ?? 0), 0);
const sizeOf = (value) => (typeof value === "string" ? Number(value.split(" ").pop()) : value);
const share = (counts) => {
  const judged = ["pass", "warn", "fail"].reduce((sum, verdict) => sum + (counts?.[verdict] ?? 0), 0);
  return judged ? [(counts.pass ?? 0) / judged, `${counts.pass ?? 0}/${judged}`] : [-1, "–"];
};

// A cell is its text, what it is sorted by, and its class.
const number = (value, className) => [value.toLocaleString("en"), value, `number ${className ?? ""}`];
const tables = {
  clients: [
    ["language", "versions", "pass", "info", "warn", "fail", "not judged", ...Object.values(data.counted)],
    (client) => [
      [client.language, client.language],
      [[...client.versions, client.note].filter(Boolean).join(", "), client.versions[0], "text"],
      number(total(client, "pass"), "good"),
      number(total(client, "info")),
      number(total(client, "warn"), "warn"),
      number(total(client, "fail"), "fail"),
      number(total(client, "inconclusive")),
      ...Object.keys(data.counted).map((kind) => number(client.counted[kind] ?? 0)),
    ],
  ],
  groups: [
    Object.keys(data.clients[0].groups),
    (client) =>
      Object.keys(data.clients[0].groups).map((group) => {
        const [part, text] = share(client.groups[group]);
        return [text, part, `number ${part === 1 ? "good" : ""}`];
      }),
  ],
  limits: [
    Object.values(data.limits),
    (client) =>
      Object.keys(data.limits).map((limit) => {
        const value = client.limits[limit];
        if (value === null || value === undefined) return ["", -1, "number"];
        const text = sizeOf(value).toLocaleString("en");
        return typeof value === "string" ? [`≥ ${text}`, sizeOf(value) + 0.5, "number"] : number(value);
      }),
  ],
};

function draw(id) {
  const [heads, cells] = tables[id];
  const table = byId(id);
  const head = table.createTHead().insertRow();
  const rows = data.clients.map((client) => {
    const row = element("tr");
    row.client = client;
    const first = element("th", client.name);
    first.scope = "row";
    row.append(first);
    row.values = [client.name];
    for (const [text, value, className] of cells(client)) {
      row.append(element("td", text, className));
      row.values.push(value);
    }
    return row;
  });
  const body = table.createTBody();
  body.append(...rows);
  ["client", ...heads].forEach((text, column) => {
    const cell = element("th");
    cell.scope = "col";
    const button = element("button", text);
    button.type = "button";
    button.addEventListener("click", () => {
      const down = cell.ariaSort === "ascending";
      for (const other of head.cells) other.removeAttribute("aria-sort");
      cell.ariaSort = down ? "descending" : "ascending";
      const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
      body.append(...[...body.rows].sort((a, b) => order(a.values[column], b.values[column])));
    });
    cell.append(button);
    head.append(cell);
  });
}

function drawValid() {
  for (const [id, [title, clause]] of Object.entries(data.cases)) {
    const details = element("details");
    details.id = id;
    const heading = element("summary", `${id}: ${title} `);
    heading.append(element("span", clause, "clause"));
    const list = element("ul");
    for (const client of data.clients) {
      const found = client.valid[id];
      if (!found) continue;
      const [verdict, rule, text] = found;
      const item = element("li", `${client.name}: `, verdict);
      item.client = client;
      item.append(element("span", rule === "error" ? `error ${text}` : text));
      list.append(item);
    }
    details.append(heading, list);
    byId("valid").append(details);
  }
}

function filter() {
  let shown = 0;
  for (const row of document.querySelectorAll("tbody tr")) row.hidden = !isShown(row.client);
  for (const client of data.clients) shown += isShown(client);
  for (const details of document.querySelectorAll("#valid details")) {
    const items = [...details.querySelectorAll("li")];
    for (const item of items) item.hidden = !isShown(item.client);
    details.hidden = items.every((item) => item.hidden);
  }
  byId("shown").textContent = `${shown} of ${data.clients.length} clients`;
}

for (const language of [...new Set(data.clients.map((client) => client.language))].sort()) {
  byId("language").append(element("option", language));
}
for (const [name, why] of Object.entries(data.skipped)) byId("skipped").append(element("dt", name), element("dd", why));
Object.keys(tables).forEach(draw);
drawValid();
filter();
byId("words").addEventListener("input", filter);
byId("language").addEventListener("change", filter);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
const addressed = () => {
  const details = byId(location.hash.slice(1));
  if (details?.localName !== "details") return;
  details.open = true;
  details.scrollIntoView();
};
addEventListener("hashchange", addressed);
addressed();
