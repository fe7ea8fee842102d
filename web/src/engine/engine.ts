/** The engine on the page itself: a module that the loader imports. */
import { engineFiles } from "./files";
import type { EngineSettings, Page, StartedEngine } from "../protocol";
import { Runtime } from "./runtime";

export { ToolbarError } from "../facade/errors";

/**
 * @param bookmark the tab's last place in the stream of events, or `""`
 * @throws Error when Python cannot be brought up
 */
export async function startEngine(settings: EngineSettings, page: Page, bookmark: string): Promise<StartedEngine> {
  const runtime = await Runtime.boot(engineFiles(), "page");
  return runtime.connect(settings, page, bookmark);
}
