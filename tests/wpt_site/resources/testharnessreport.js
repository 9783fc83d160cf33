// Shows the results, and tells the page that this one is a frame of.
add_completion_callback((results) => {
  const log = document.getElementById("log");
  if (log) {
    log.textContent = results.map((result) => Object.values(result).join(" ")).join("\n");
  }
  if (parent !== self) {
    parent.postMessage(results, "*");
  }
});
