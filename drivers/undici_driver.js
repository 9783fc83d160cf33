// undici's request under test, with its default agent, which keeps connections.
"use strict";
const { createInterface } = require("node:readline");
const { request } = require("undici");
const { version } = require("undici/package.json");

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `undici ${version}` });

const pairs = (fields) => Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content } = JSON.parse(line);
  const outcome = { id };
  try {
    const body = content === undefined ? undefined : Buffer.from(content, "base64");
    const onInfo = ({ statusCode, headers }) => outcome.interim.push({ status: statusCode, fields: pairs(headers) });
    outcome.interim = [];
    const response = await request(url, { method, headers: fields.flat(), body, onInfo });
    outcome.status = response.statusCode;
    outcome.fields = pairs(response.headers);
    outcome.content = Buffer.from(await response.body.arrayBuffer()).toString("base64");
    outcome.trailers = pairs(response.trailers);
  } catch (error) {
    outcome.error = { kind: error.code ?? error.name, text: error.message };
  }
  answer(outcome);
});
