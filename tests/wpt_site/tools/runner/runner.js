// Runs the tests in a folder with `run.html`, which reports for them.
(async () => {
  const query = new URLSearchParams(location.search);
  const response = await fetch("update_manifest.py", {method: "POST"});
  const tests = await response.json();
  const run = new URL("/run.html", location);
  run.searchParams.set("report", query.get("report"));
  for (const test of tests.filter((path) => path.startsWith(query.get("path")))) {
    run.searchParams.append("page", test);
  }
  location = run;
})();
