// The package node-fetch under test, with its redirects.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const file = createRequire(import.meta.url).resolve("node-fetch");
const { default: fetch } = await import(pathToFileURL(file));
const { version } = JSON.parse(readFileSync(join(dirname(file), "../package.json")));

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `node-fetch ${version}` });

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content } = JSON.parse(line);
  const outcome = { id };
  try {
    const body = content === undefined ? undefined : Buffer.from(content, "base64");
    const response = await fetch(url, { method, headers: fields, body });
    outcome.status = response.status;
    outcome.reason = response.statusText;
    outcome.fields = Object.entries(response.headers.raw()).flatMap(([name, values]) => values.map((value) => [name, value]));
    outcome.content = Buffer.from(await response.arrayBuffer()).toString("base64");
  } catch (error) {
    outcome.error = { kind: error.code ?? error.name, text: error.message };
  }
  answer(outcome);
});
