// Node's http, or https, with its default agent, which keeps connections. The arguments are `URL` or `URL,URL`,
// the outcome of each is a line; a second URL is asked for behind the first.

"use strict";

const http = require("node:http");
const https = require("node:https");
const { setTimeout: sleep } = require("node:timers/promises");

const ANSWER_WITHIN = 3000;
// What the server sends behind an answer has come by then.
const BETWEEN_REQUESTS = 300;

function ask(url) {
  return new Promise((resolve) => {
    let seen = "";
    const settle = (outcome) => {
      clearTimeout(patience);
      resolve(seen + outcome);
    };
    const failed = (error) => settle(`error ${error.code ?? error.message}`);
    const request = (url.startsWith("https:") ? https : http).get(url, (response) => {
      seen = `${response.statusCode} `;
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("error", failed);
      response.on("end", () => {
        const body = Buffer.concat(pieces).toString("latin1");
        const field = response.headers["x-t"];
        const shown = field === undefined ? "" : ` x-t=${JSON.stringify(field)}`;
        settle(JSON.stringify(body) + shown);
      });
    });
    request.on("error", failed);
    const patience = setTimeout(() => {
      settle("hang");
      request.destroy();
    }, ANSWER_WITHIN);
  });
}

async function meet(cases) {
  for (const urls of cases) {
    const outcomes = [];
    for (const url of urls.split(",")) {
      if (outcomes.length) await sleep(BETWEEN_REQUESTS);
      outcomes.push(await ask(url));
    }
    console.log(outcomes.join(", then "));
  }
  process.exit();
}

meet(process.argv.slice(2));
