/**
 * The hidden frame of the service's origin: the way in for pages that may run neither WebAssembly nor a worker of
 * another origin. It hands the page's port to a runtime, and takes no further part.
 */
import { openWorker } from "../hosts/workers";
import { FRAME_HELLO, type FrameRequest, SHARED_HASH } from "../hosts/handshake";
import { HostError } from "../hosts/problem";
import type { BootReason, ToPage } from "../protocol";
import { engineFiles, sdkBase } from "./files";
import { Runtime } from "./runtime";
import { servePort } from "./serve";

/** Put into the page by the service: the origins that `--allow-origin` named. */
const allowed: readonly string[] = JSON.parse(document.documentElement.dataset["allowOrigins"] ?? "[]") as string[];

/** The worker that the page is likely to want, begun before it has asked. Its failure is looked at when it is wanted. */
const expected = parent !== window && location.hash === SHARED_HASH ? openWorker("shared", sdkBase()) : null;
expected?.catch(() => undefined);

addEventListener("message", (event: MessageEvent<FrameRequest>) => {
  if (event.source !== parent || !mayUse(event.origin)) return;
  const port = event.ports[0];
  if (event.data?.toolbar !== FRAME_HELLO || !port) return;
  void connect(event.data.runtime, port);
});
parent.postMessage({ toolbar: FRAME_HELLO }, "*"); // says only that the frame is there

function mayUse(origin: string): boolean {
  return origin === location.origin || allowed.includes(origin);
}

async function connect(runtime: FrameRequest["runtime"], port: MessagePort): Promise<void> {
  for (const kind of runtime === "auto" ? (["shared", "worker"] as const) : [runtime]) {
    if (kind === "frame") continue;
    try {
      const worker = await (kind === "shared" && expected ? expected : openWorker(kind, sdkBase()));
      worker.connect(port);
      return;
    } catch (error) {
      const reason = await whyNot(error);
      if (runtime === kind) {
        send(port, ["failed", reason ?? (error instanceof Error ? error.message : String(error))]);
        return;
      }
      send(port, ["passed", kind, reason ?? "worker_failed"]);
    }
  }
  servePort(port, () => Runtime.boot(engineFiles(), "frame"), () => location.reload());
}

/** Gives the reason why a worker could not be had, if it is one that can be told. */
async function whyNot(error: unknown): Promise<BootReason | null> {
  if (!(error instanceof HostError)) return null;
  if (error.reason !== "no_shared_worker") return error.reason;
  // A browser that blocks third-party cookies keeps shared workers and databases from frames of another site too.
  const granted = await document.hasStorageAccess?.().catch(() => true);
  return granted === false ? "third_party" : error.reason;
}

function send(port: MessagePort, message: ToPage): void {
  port.postMessage(message);
}
