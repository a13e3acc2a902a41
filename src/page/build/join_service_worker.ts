/**
 * Has the page's service worker keep the page for use without a network, isolate it where its server does not, and
 * replace it by a newer one.
 *
 * @module
 */

import { deferred } from "../../base/platform.ts";

/** What the service worker is asked. */
export type ServiceRequest =
  /** To keep all files of the page. */
  | { readonly type: "keep-all" }
  /** To take over from an older one, if this window is the only one that is open. */
  | { readonly type: "take-over" };

/** Under which name a window remembers that it has reloaded itself, so that it does so once. */
const RELOADED = "histone-reloaded";
/** How long the service worker may take before the page starts without it. */
const LONGEST_WAIT_MS = 10_000;

/**
 * Registers the service worker.
 *
 * @param program Address of its program; it serves what lies in the same folder and below.
 * @returns Whether the page is about to reload, and must not start.
 */
export async function joinServiceWorker(program: URL): Promise<"starts" | "reloads"> {
  // Browsers have none where connections are not safe, and refuse one in some private windows.
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  const joining = serviceWorker?.register(program, { updateViaCache: "none" })
    .catch(() => undefined);
  if (serviceWorker === undefined || joining === undefined) return "starts";
  // A page that is isolated and has no newer version need not wait.
  const known = await serviceWorker.getRegistration(program).catch(() => undefined);
  if (known?.waiting && await takesOver(serviceWorker, known.waiting)) return reload();
  if (!crossOriginIsolated && !hasReloaded() && await controls(serviceWorker, joining)) {
    return reload();
  }
  void keepAll(serviceWorker, joining);
  return "starts";
}

/** Waits until a service worker controls this page, or cannot. */
async function controls(
  serviceWorker: ServiceWorkerContainer,
  joining: Promise<ServiceWorkerRegistration | undefined>,
): Promise<boolean> {
  const registration = await joining;
  if (registration === undefined) return false;
  return await within(serviceWorker.ready.then(() => true), failure(registration));
}

/** Resolves to `false` when a service worker that is being installed fails. */
function failure({ installing }: ServiceWorkerRegistration): Promise<boolean> {
  return new Promise((resolve) => {
    installing?.addEventListener("statechange", () => {
      if (installing.state === "redundant") resolve(false);
    });
  });
}

/** Asks a newer service worker to take over, which it does if no other window is open. */
async function takesOver(
  serviceWorker: ServiceWorkerContainer,
  waiting: ServiceWorker,
): Promise<boolean> {
  const changed = new Promise<boolean>((resolve) =>
    serviceWorker.addEventListener("controllerchange", () => resolve(true), { once: true })
  );
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise<boolean>((resolve) => port1.onmessage = ({ data }) => resolve(data));
  waiting.postMessage({ type: "take-over" } satisfies ServiceRequest, [port2]);
  return await within(answered.then((agrees) => agrees ? changed : false));
}

/** Has all files of the page kept, once it has what it needs to start. */
async function keepAll(
  serviceWorker: ServiceWorkerContainer,
  joining: Promise<ServiceWorkerRegistration | undefined>,
): Promise<void> {
  if (await joining === undefined) return;
  const { active } = await serviceWorker.ready;
  active?.postMessage({ type: "keep-all" } satisfies ServiceRequest);
}

async function within(...outcomes: readonly Promise<boolean>[]): Promise<boolean> {
  const { promise, resolve } = deferred<boolean>();
  const timer = setTimeout(() => resolve(false), LONGEST_WAIT_MS);
  try {
    return await Promise.race([promise, ...outcomes]);
  } finally {
    clearTimeout(timer);
  }
}

function hasReloaded(): boolean {
  return sessionStorage.getItem(RELOADED) !== null;
}

function reload(): "reloads" {
  sessionStorage.setItem(RELOADED, "");
  location.reload();
  return "reloads";
}
