// Node's http under test, with its default agent, which keeps connections.
"use strict";
const http = require("node:http");
const { createInterface } = require("node:readline");

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
const pairs = (raw) => Array.from({ length: raw.length / 2 }, (_, i) => raw.slice(2 * i, 2 * i + 2));
answer({ version: 1, client: `Node ${process.version}` });

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, url, fields, content, trailers, drop_after: dropAfter } = JSON.parse(line);
  const outcome = { id, interim: [] };
  const fail = (error) => {
    if (outcome.id === undefined) return;
    answer({ ...outcome, error: { kind: error.code ?? error.name, text: error.message } });
    outcome.id = undefined;
  };
  const request = http.request(url, { method, headers: Object.fromEntries(fields) });
  if (trailers) {
    request.setHeader("Transfer-Encoding", "chunked");
    request.addTrailers(trailers);
  }
  request.on("information", ({ statusCode, rawHeaders }) => {
    outcome.interim.push({ status: statusCode, fields: pairs(rawHeaders) });
  });
  request.on("error", fail);
  request.on("upgrade", () => fail(new Error("an upgrade that was not asked for")));
  request.on("response", (response) => {
    const pieces = [];
    outcome.status = response.statusCode;
    outcome.reason = response.statusMessage;
    outcome.fields = pairs(response.rawHeaders);
    response.on("error", fail);
    response.on("data", (piece) => {
      pieces.push(piece);
      const read = Buffer.concat(pieces);
      if (outcome.id === undefined || !(read.length >= dropAfter)) return;
      answer({ ...outcome, content: read.subarray(0, dropAfter).toString("base64") });
      outcome.id = undefined;
      response.destroy();
    });
    response.on("end", () => {
      if (outcome.id === undefined || !response.complete) return;
      answer({
        ...outcome,
        content: Buffer.concat(pieces).toString("base64"),
        trailers: pairs(response.rawTrailers),
      });
      outcome.id = undefined;
    });
  });
  request.end(content === undefined ? undefined : Buffer.from(content, "base64"));
});
