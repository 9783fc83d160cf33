import assert from "node:assert/strict";
import { test } from "node:test";
import { items } from "./items.mjs";
import { start } from "./wireserve.mjs";

test("the client asks again after 503", async (context) => {
  const server = await start();
  context.after(server.stop);
  const answers = [{ status: 503, times: 2 }, { json: ["a", "b"] }];
  await server.ask("POST", "/v1/routes", { path: "/items", answers });
  assert.deepEqual(await items(server.url), ["a", "b"]);
  const { requests } = await server.ask("GET", "/v1/requests?field=Accept:application/json");
  assert.deepEqual(requests.map((request) => request.status), [503, 503, 200]);
});
