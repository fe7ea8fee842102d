/** Opens a worker or shared worker of the service's own origin, and waits until it is there. */
import { workerScript } from "../assets";
import { fetchChecked } from "../engine/fetching";
import { HostError } from "./problem";

/** A worker that takes ports. */
export interface OpenedWorker {
  connect(port: MessagePort): void;
  /** Called when the worker reports an error that it did not survive. */
  onerror: (() => void) | null;
  /** Ends it, if it is this page's alone. */
  dispose(): void;
}

/** A worker that has not said a word after this long never will: a policy forbids it, or its script is broken. */
const HERE_WITHIN_MS = 5_000;

/**
 * @param base the address of `/sdk/`, with a slash at the end; of this page's own origin
 * @param givenUp when it is aborted nobody waits any more: the worker is ended, or not made
 * @throws HostError when the page may not have such a worker
 * @throws Error when its script is not the one that was built
 */
export async function openWorker(kind: "worker" | "shared", base: string, givenUp?: AbortSignal): Promise<OpenedWorker> {
  const script = workerScript(base);
  await (await fetchChecked(script)).arrayBuffer();
  givenUp?.throwIfAborted();
  const options = { type: "module" } as const;
  if (kind === "shared" && !("SharedWorker" in globalThis)) throw notStarted(kind);
  const worker = kind === "shared" ? new SharedWorker(script.url, options) : new Worker(script.url, options);
  const channel = worker instanceof Worker ? worker : worker.port;
  const opened: OpenedWorker = {
    connect: (port) => channel.postMessage("port", [port]),
    onerror: null,
    dispose: () => (worker instanceof Worker ? worker.terminate() : undefined),
  };
  givenUp?.addEventListener("abort", () => opened.dispose());
  const here = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(notStarted(kind)), HERE_WITHIN_MS);
    channel.onmessage = () => {
      clearTimeout(timer);
      resolve();
    };
    worker.onerror = () => {
      clearTimeout(timer);
      reject(notStarted(kind));
      opened.onerror?.();
    };
  });
  await here.catch((error: unknown) => {
    opened.dispose();
    throw error;
  });
  return opened;
}

function notStarted(kind: "worker" | "shared"): HostError {
  return new HostError(kind === "worker" ? "worker_failed" : "no_shared_worker");
}
