// Node's fetch under test, which is undici with its default agent.
"use strict";
const { createInterface } = require("node:readline");

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `undici ${process.versions.undici} (Node ${process.version})` });

/** So many bytes of the content; the rest is dropped. */
async function begin(response, length) {
  const pieces = [];
  for await (const piece of response.body) {
    pieces.push(piece);
    // The loop cancels the stream when it is left.
    if (Buffer.concat(pieces).length >= length) break;
  }
  return Buffer.concat(pieces).subarray(0, length);
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content, drop_after: dropAfter } = JSON.parse(line);
  const outcome = { id };
  try {
    const body = content === undefined ? undefined : Buffer.from(content, "base64");
    const response = await fetch(url, { method, headers: fields, body });
    outcome.status = response.status;
    outcome.reason = response.statusText;
    outcome.fields = [...response.headers];
    const bytes = dropAfter === undefined ? await response.arrayBuffer() : await begin(response, dropAfter);
    outcome.content = Buffer.from(bytes).toString("base64");
  } catch (error) {
    const cause = error.cause ?? error;
    outcome.error = { kind: cause.code ?? cause.name, text: cause.message };
  }
  answer(outcome);
});
