/** Boots the same Python as Pyodide's documentation says: loadPyodide, micropip, import. Defines `bootStock`. */
window.bootStock = async (folder) => {
  const { loadPyodide } = await import(`${folder}pyodide/pyodide.mjs`);
  const { micropip } = window.BENCH_SITE;
  const pyodide = await loadPyodide({
    indexURL: `${folder}pyodide/`,
    packageBaseUrl: `${folder}pyodide/`,
    packages: [`${folder}python/${micropip}`],
  });
  const index = `${folder}python/{package_name}.html`;
  await pyodide.runPythonAsync(
    `import micropip\nawait micropip.install("toolbar-py-page", index_urls=${JSON.stringify(index)})`,
  );
  const browser = pyodide.pyimport("toolbar_py.page.host.browser");

  const waiting = new Map();
  const python = {};
  const boundary = {
    register: (call, resume, abort) => Object.assign(python, { call, resume, abort }),
    now: () => Date.now(),
    random: () => Math.random(),
    ask: (askId) => void Promise.resolve().then(() => python.resume(askId, "{}", "")),
    cancel: () => undefined,
    log: () => undefined,
    answer: (id, _ok, text) => {
      waiting.get(id)(JSON.parse(text));
      waiting.delete(id);
    },
  };
  browser.start(boundary, "it", crypto.getRandomValues(new Uint32Array(1))[0]);

  let lastId = 0;
  return {
    call(path, values) {
      const id = ++lastId;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        python.call(id, path, JSON.stringify(values), "0".repeat(31) + "1");
      });
    },
    heapBytes: () => pyodide._module.HEAPU8.length,
  };
};
