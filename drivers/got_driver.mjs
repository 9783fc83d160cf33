// got under test, with its redirects and retries. All statuses are results.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const file = createRequire(import.meta.url).resolve("got");
const { got } = await import(pathToFileURL(file));
const { version } = JSON.parse(readFileSync(join(dirname(file), "../../package.json")));

const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `got ${version}` });

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, url, fields, content, credentials } = JSON.parse(line);
  const outcome = { id };
  try {
    const response = await got(url, {
      method,
      headers: Object.fromEntries(fields),
      body: content === undefined ? undefined : Buffer.from(content, "base64"),
      username: credentials?.[0],
      password: credentials?.[1],
      allowGetBody: true,
      throwHttpErrors: false,
      responseType: "buffer",
    });
    outcome.status = response.statusCode;
    outcome.reason = response.statusMessage;
    const raw = response.rawHeaders;
    outcome.fields = Array.from({ length: raw.length / 2 }, (_, i) => raw.slice(2 * i, 2 * i + 2));
    outcome.content = Buffer.from(response.body ?? "").toString("base64");
  } catch (error) {
    outcome.error = { kind: error.code ?? error.name, text: error.message };
  }
  answer(outcome);
});
