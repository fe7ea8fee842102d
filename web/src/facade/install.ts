/** Puts the TOOLBAR object on the window: our own, or EASYCIM into that of a legacy SDK (companion mode). */
import { METHODS, NAMESPACE_ALIASES } from "../generated/contract";
import type { Calls } from "./calls";

/** The namespace that is ours in companion mode too. */
const EASYCIM = "EASYCIM";

/** Marks a TOOLBAR that is ours, so that a second load of the script changes nothing (contract section 1). */
const OURS = Symbol.for("toolbar-py");

type Namespace = Record<string, (...args: unknown[]) => unknown>;

/** What TOOLBAR carries beside its namespaces. */
export interface Extras {
  readonly ready: Promise<unknown>;
  readonly configure: (given: unknown) => void;
  readonly health: () => Promise<unknown>;
  readonly diagnostics: () => Promise<unknown>;
}

/** Gives the object of a legacy SDK that is on the window before ours. */
export function legacyToolbar(target: Window): object | null {
  const existing: unknown = Reflect.get(target, "TOOLBAR");
  return isObject(existing) ? existing : null;
}

/** Whether the script has run in this window before. */
export function isInstalled(target: Window): boolean {
  const existing: unknown = Reflect.get(target, "TOOLBAR");
  return isObject(existing) && OURS in existing;
}

/**
 * Defines the namespaces and the extras. Beside a legacy SDK nothing that is there is touched but EASYCIM, and nothing
 * of ours shows up when its TOOLBAR is enumerated.
 *
 * @param contact the methods of CONTACT that are answered on the page
 */
export function install(target: Window, calls: Calls, contact: Namespace, extras: Extras): void {
  const existing = legacyToolbar(target);
  const companion = existing !== null;
  // A frozen TOOLBAR shows through an object of ours, so that nothing of it is lost.
  const toolbar: object = companion ? (canTake(existing) ? existing : Object.create(existing)) : {};
  for (const [name, namespace] of Object.entries(namespaces(calls))) {
    if (name === "CONTACT") Object.assign(namespace, contact);
    if (!companion || name === EASYCIM) define(toolbar, name, namespace, true);
  }
  for (const [alias, name] of Object.entries(NAMESPACE_ALIASES)) {
    define(toolbar, alias, Reflect.get(toolbar, name), false);
  }
  for (const [name, value] of Object.entries(extras)) {
    if (!(name in toolbar)) define(toolbar, name, value, !companion);
  }
  Object.defineProperty(toolbar, OURS, { value: true });
  if (toolbar !== existing) Reflect.set(target, "TOOLBAR", toolbar);
}

function namespaces(calls: Calls): Record<string, Namespace> {
  const found: Record<string, Namespace> = {};
  for (const method of METHODS) {
    const namespace = (found[method.namespace] ??= {});
    namespace[method.name] = (...passed) => calls.invoke(method, passed);
  }
  return found;
}

function define(target: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, name, { value, enumerable, configurable: true, writable: true });
}

function canTake(toolbar: object): boolean {
  const names = [EASYCIM, ...Object.keys(NAMESPACE_ALIASES)];
  const fixed = names.some((name) => Object.getOwnPropertyDescriptor(toolbar, name)?.configurable === false);
  return Object.isExtensible(toolbar) && !fixed;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}
