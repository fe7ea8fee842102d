/** How long calls took, per method: the figures behind `TOOLBAR.health()`. */

/** Durations remembered per method: enough for a p99, and no more memory than a page can spare. */
const WINDOW = 512;

export interface MethodHealth {
  readonly calls: number;
  readonly failed: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

interface Durations {
  calls: number;
  failed: number;
  readonly durations: Float64Array;
}

export class Statistics {
  readonly #methods = new Map<string, Durations>();

  /** Counts a settled call. `duration` in ms, from the call to its answer. */
  add(path: string, duration: number, ok: boolean): void {
    let record = this.#methods.get(path);
    if (!record) {
      record = { calls: 0, failed: 0, durations: new Float64Array(WINDOW) };
      this.#methods.set(path, record);
    }
    record.durations[record.calls % WINDOW] = duration;
    record.calls += 1;
    if (!ok) record.failed += 1;
  }

  /** The figures of every method that was called, in ms, over its last 512 calls. */
  report(): Record<string, MethodHealth> {
    const report: Record<string, MethodHealth> = {};
    for (const [path, { calls, failed, durations }] of this.#methods) {
      const sorted = durations.slice(0, Math.min(calls, WINDOW)).sort();
      const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
      report[path] = { calls, failed, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
    }
    return report;
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
