/** Finds out whether a service is there at all, when something of it could not be had and the browser does not say why. */

/** `unknown` where the page's Content-Security-Policy forbids to ask. */
export type Reach = "up" | "down" | "unknown";

/** A service that takes longer to say that it lives is as good as down. */
const ANSWER_WITHIN_MS = 2_000;
/** A violation is told after the request has failed. */
const TOLD_WITHIN_MS = 50;

export async function reach(serviceUrl: string): Promise<Reach> {
  const { origin } = new URL(serviceUrl);
  let forbidden = false;
  const onViolation = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
    forbidden ||= effectiveDirective === "connect-src" && blockedURI.startsWith(origin);
  };
  document.addEventListener("securitypolicyviolation", onViolation);
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    // An answer that may not be read is one too.
    const options: RequestInit = { mode: "no-cors", cache: "no-store", credentials: "omit", signal };
    const { ok, type } = await fetch(`${serviceUrl}/healthz`, options);
    // One that may be read and is none of the service's comes from a gateway that does not reach it.
    return ok || type === "opaque" ? "up" : "down";
  } catch {
    await new Promise((resolve) => setTimeout(resolve, TOLD_WITHIN_MS));
    return forbidden ? "unknown" : "down";
  } finally {
    document.removeEventListener("securitypolicyviolation", onViolation);
  }
}
