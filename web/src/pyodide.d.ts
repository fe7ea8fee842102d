// Pyodide's own types drag in those of Node.js; what we use of it is typed in engine/pyodide.ts.
declare module "pyodide/pyodide.mjs" {
  export const loadPyodide: unknown;
}
