/** What Python boots from, put in by the build as the constant `ASSETS`. For modules that lie below `/sdk/assets/`. */
import type { EngineFiles } from "./pyodide";

type FileName = Exclude<keyof EngineFiles, "empty">;

declare const ASSETS: Readonly<Record<FileName, { readonly path: string; readonly integrity: string }>> & {
  readonly empty: string;
};

/** The address of `/sdk/`, with a slash at the end. */
export function sdkBase(): string {
  return new URL("../", import.meta.url).href;
}

export function engineFiles(): EngineFiles {
  const file = (name: FileName) => ({ url: sdkBase() + ASSETS[name].path, integrity: ASSETS[name].integrity });
  return {
    glue: file("glue"),
    interpreter: file("interpreter"),
    library: file("library"),
    image: file("image"),
    stdlib: file("stdlib"),
    site: file("site"),
    empty: sdkBase() + ASSETS.empty,
  };
}
