// needle under test, with its defaults: it follows no redirects, and does not parse content here.
"use strict";
const { createInterface } = require("node:readline");
const needle = require("needle");
const { version } = require("needle/package.json");

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `needle ${version}` });

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content, credentials } = JSON.parse(line);
  const outcome = { id };
  try {
    const body = content === undefined ? null : Buffer.from(content, "base64");
    const options = { headers: Object.fromEntries(fields), parse: false, decode: false };
    if (credentials) Object.assign(options, { username: credentials[0], password: credentials[1], auth: "auto" });
    const response = await needle(method.toLowerCase(), url, body, options);
    outcome.status = response.statusCode;
    outcome.reason = response.statusMessage;
    const raw = response.rawHeaders;
    outcome.fields = Array.from({ length: raw.length / 2 }, (_, i) => raw.slice(2 * i, 2 * i + 2));
    outcome.content = Buffer.from(response.raw).toString("base64");
  } catch (error) {
    outcome.error = { kind: error.code ?? error.name, text: error.message };
  }
  answer(outcome);
});
