/** Finds out whether a service is there at all, when something of it could not be had and the browser does not say why. */

/**
 * `down` also where a gateway answers in the service's place: it lets every page read that it lives. `unknown` where the
 * page's Content-Security-Policy forbids to ask.
 */
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
    const options: RequestInit = { redirect: "error", cache: "no-store", credentials: "omit", signal };
    const { ok } = await fetch(`${serviceUrl}/healthz`, options);
    return ok ? "up" : "down";
  } catch {
    await new Promise((resolve) => setTimeout(resolve, TOLD_WITHIN_MS));
    return forbidden ? "unknown" : "down";
  } finally {
    document.removeEventListener("securitypolicyviolation", onViolation);
  }
}
