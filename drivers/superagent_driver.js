// superagent under test, with its redirects. All statuses are results, and content is not parsed.
"use strict";
const { createInterface } = require("node:readline");
const superagent = require("superagent");
const { version } = require("superagent/package.json");

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `superagent ${version}` });

const gather = (response, done) => {
  const pieces = [];
  response.on("data", (piece) => pieces.push(Buffer.from(piece)));
  response.on("end", () => done(null, Buffer.concat(pieces)));
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content, credentials } = JSON.parse(line);
  const outcome = { id };
  try {
    const asked = superagent(method, url).set(Object.fromEntries(fields)).ok(() => true).buffer(true).parse(gather);
    if (credentials) asked.auth(...credentials);
    if (content !== undefined) asked.type("application/octet-stream").send(Buffer.from(content, "base64"));
    const response = await asked;
    outcome.status = response.status;
    outcome.fields = Object.entries(response.headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
    outcome.content = Buffer.isBuffer(response.body) ? response.body.toString("base64") : "";
  } catch (error) {
    outcome.error = { kind: error.code ?? error.name, text: error.message };
  }
  answer(outcome);
});
