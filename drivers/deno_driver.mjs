// Deno's fetch under test, which is hyper.
const encoder = new TextEncoder();
const answer = (outcome) => Deno.stdout.writeSync(encoder.encode(JSON.stringify(outcome) + "\n"));
answer({ version: 1, client: `Deno ${Deno.version.deno}` });

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const base64 = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));

async function ask({ id, method, url, fields, content }) {
  try {
    const body = content === undefined ? undefined : bytes(content);
    const response = await fetch(url, { method, headers: fields, body });
    const shown = { id, status: response.status, reason: response.statusText, fields: [...response.headers] };
    return { ...shown, content: base64(await response.arrayBuffer()) };
  } catch (error) {
    return { id, error: { kind: error.name, text: error.message } };
  }
}

let rest = "";
for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + piece).split("\n");
  rest = lines.pop();
  for (const line of lines) answer(await ask(JSON.parse(line)));
}
