// The client under test: it asks for the items, and again if the server is not available.
export async function items(url, attempts = 3) {
  const answer = await fetch(new URL("items", url), { headers: { Accept: "application/json" } });
  if (answer.status === 503 && attempts > 1) return items(url, attempts - 1);
  if (!answer.ok) throw new Error(`expected items, found status ${answer.status}`);
  return answer.json();
}
