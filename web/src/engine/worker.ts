/** The engine in a worker or a shared worker: serves every port that is connected to it with one Python. */
import { engineFiles } from "./files";
import { servePort } from "./serve";
import { Runtime } from "./runtime";

/** The parts of a worker's global scope that we use; one of both handlers is ever called. */
interface WorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

const scope = self as unknown as WorkerScope;
const kind = "onconnect" in self ? "shared" : "worker";
let runtime: Promise<Runtime> | null = null;

function boot(): Promise<Runtime> {
  runtime ??= Runtime.boot(engineFiles(), kind);
  // A page that comes later may have more luck.
  runtime.catch(() => (runtime = null));
  return runtime;
}

/** Whoever made this worker hands it a port for each page; it says when it is there to take one. */
function takePorts(from: MessagePort | WorkerScope): void {
  from.onmessage = (event: MessageEvent) => {
    const port = event.ports[0];
    // A dead interpreter cannot be revived: with this worker gone, the next page gets a fresh one.
    if (port) servePort(port, boot, () => scope.close());
  };
}

scope.onconnect = (event) => {
  const maker = event.ports[0] as MessagePort;
  takePorts(maker);
  maker.postMessage("here");
};
if (kind === "worker") {
  takePorts(scope);
  (self as unknown as Worker).postMessage("here");
}
void boot();
