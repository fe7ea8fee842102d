/** What every measured page needs. */

/** Loads a script late, as CRM pages do. */
function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${url} did not load`));
    document.head.append(script);
  });
}

/** Tells the benchmark how something ended, and gives what it wants next. */
async function tellBenchmark(promise) {
  const said = await promise.then(
    (answer) => ({ answer: answer ?? null }),
    (error) => ({ error: `${location.href}: ${error}` }),
  );
  const tab = new URLSearchParams(location.search).get("tab");
  // Text, because that needs no preflight from a page of the service's origin.
  const response = await fetch(`${BENCH_SITE.postUrl}${tab}`, { method: "POST", body: JSON.stringify(said) });
  return response.json();
}
