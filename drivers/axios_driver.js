// axios under test, with its adapter for Node's http. All statuses are results.
"use strict";
const { createInterface } = require("node:readline");
const axios = require("axios");

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `axios ${axios.VERSION}` });

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content, credentials } = JSON.parse(line);
  const outcome = { id };
  try {
    const response = await axios.request({
      method,
      url,
      headers: Object.fromEntries(fields),
      data: content === undefined ? undefined : Buffer.from(content, "base64"),
      auth: credentials && { username: credentials[0], password: credentials[1] },
      responseType: "arraybuffer",
      validateStatus: null,
    });
    outcome.status = response.status;
    outcome.reason = response.statusText;
    outcome.fields = Object.entries(response.headers).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
    outcome.content = Buffer.from(response.data).toString("base64");
  } catch (error) {
    outcome.error = { kind: error.code ?? error.name, text: error.message };
  }
  answer(outcome);
});
