// Bun's fetch under test.
const answer = (outcome) => process.stdout.write(JSON.stringify(outcome) + "\n");
answer({ version: 1, client: `Bun ${Bun.version}` });

for await (const line of console) {
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
    outcome.error = { kind: error.code ?? error.name, text: error.message };
  }
  answer(outcome);
}
