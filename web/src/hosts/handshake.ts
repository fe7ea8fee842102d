/** What the page and the hidden frame say to each other before they have a port. */
import type { Runtime } from "../protocol";

export const FRAME_HELLO = "toolbar-py/1";

/** Sent by the page with the port; the frame chooses the best runtime for `auto`. */
export interface FrameRequest {
  readonly toolbar: typeof FRAME_HELLO;
  readonly runtime: Exclude<Runtime, "page"> | "auto";
}
