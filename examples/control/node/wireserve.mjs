// A wireserve of a test's own, on free ports, and its control interface; see docs/control.md.
import { spawn } from "node:child_process";

export async function start() {
  const server = spawn("wireserve", [".", "--port", "0", "--control", "--log", "warn"]);
  let printed = "";
  for await (const text of server.stdout) if ((printed += text).includes("(control)")) break;
  const [url, control] = printed.match(/http:\S+/g);
  const Authorization = `Bearer ${new URL(control).searchParams.get("token")}`;
  const ask = async (method, path, body) => {
    const options = { method, headers: { Authorization }, body: JSON.stringify(body) };
    const answer = await fetch(new URL(path, control), options);
    if (!answer.ok) throw new Error(await answer.text());
    return answer.status === 204 ? undefined : answer.json();
  };
  return { url, ask, stop: () => server.kill() };
}
