/** The engine on the page itself: a module that the loader imports. */
import { engineFiles } from "./files";
import type { EngineSettings, Page, StartedEngine } from "../protocol";
import { Runtime } from "./runtime";

export { ToolbarError } from "../facade/errors";

/** Outlives its connections: a page that comes back from the browser's history finds Python up. */
let runtime: Promise<Runtime> | null = null;

/**
 * @param bookmark the tab's last place in the stream of events, or `""`
 * @param givenUp when it is aborted nobody waits any more: the next one does not wait for the same files
 * @throws Error when Python cannot be brought up
 */
export async function startEngine(
  settings: EngineSettings,
  page: Page,
  bookmark: string,
  givenUp: AbortSignal,
): Promise<StartedEngine> {
  runtime ??= Runtime.boot(engineFiles(), "page");
  const booting = runtime;
  const forget = () => {
    if (runtime === booting) runtime = null;
  };
  booting.catch(forget);
  givenUp.addEventListener("abort", forget);
  const lost = (reason: string) => {
    forget(); // a dead interpreter cannot be revived
    page.lost(reason);
  };
  return (await booting).connect(settings, { ...page, lost }, bookmark);
}
