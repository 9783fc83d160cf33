// Node's fetch under test, which is undici with its default agent.
"use strict";
const { createInterface } = require("node:readline");

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `undici ${process.versions.undici} (Node ${process.version})` });

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content } = JSON.parse(line);
  const outcome = { id };
  try {
    const body = content === undefined ? undefined : Buffer.from(content, "base64");
    const response = await fetch(url, { method, headers: fields, body });
    outcome.status = response.status;
    outcome.reason = response.statusText;
    outcome.fields = [...response.headers];
    outcome.content = Buffer.from(await response.arrayBuffer()).toString("base64");
  } catch (error) {
    const cause = error.cause ?? error;
    outcome.error = { kind: cause.code ?? cause.name, text: cause.message };
  }
  answer(outcome);
});
