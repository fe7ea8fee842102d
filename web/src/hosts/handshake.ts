/** What the page and the hidden frame say to each other before they have a port. */
import type { Runtime } from "../protocol";

export const FRAME_HELLO = "toolbar-py/1";

/** Sent by the page with the port; the frame chooses the best runtime for `auto`. */
export interface FrameRequest {
  readonly toolbar: typeof FRAME_HELLO;
  readonly runtime: Exclude<Runtime, "page"> | "auto";
}

/** Put behind the frame's address when a shared worker will be wanted, if there can be one: the frame begins with it. */
export const SHARED_HASH = "#shared";
