/** Drives a headless Chromium through its debugging protocol: pages are opened, used and looked at as people do. */

import { CHROMIUM } from "./chromium.ts";

/** What a page should believe of its screen and its reader. */
export interface Screen {
  readonly width?: number;
  readonly height?: number;
  readonly colours?: "light" | "dark";
  readonly media?: "screen" | "print";
  readonly motion?: "no-preference" | "reduce";
  readonly touch?: boolean;
  /** Whether scripts run. */
  readonly scripts?: boolean;
}

/** A page that is open in a browser. */
export interface OpenPage {
  /** What the page and the browser wrote to the console, errors too. */
  readonly console: readonly string[];
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Sends a command of the protocol. */
  send(method: string, parameters?: object): Promise<Record<string, unknown>>;
  /** Moves the mouse, with the button pressed or not. */
  mouse(type: "Moved" | "Pressed" | "Released", at: MouseAt): Promise<void>;
  /** Turns the wheel. */
  wheel(at: MouseAt & { readonly deltaY: number; readonly deltaX?: number }): Promise<void>;
  /** Presses and releases a key. */
  key(key: string, options?: { readonly modifiers?: number }): Promise<void>;
  /** Puts fingers on the page, moves them or takes them off. */
  touch(type: "Start" | "Move" | "End", points: readonly MouseAt[]): Promise<void>;
  /** Waits until two frames have been drawn. */
  settle(): Promise<void>;
  /** A picture of the page as PNG. */
  picture(): Promise<Uint8Array>;
}

/** A place on the screen. */
export interface MouseAt {
  readonly x: number;
  readonly y: number;
  /** 1 Alt, 2 Ctrl, 4 Meta, 8 Shift. */
  readonly modifiers?: number;
  readonly clickCount?: number;
  readonly buttons?: number;
}

/** Opens files, or addresses of the tests' own servers, in one browser, which is closed afterwards. */
export async function withBrowser(
  body: (open: (path: string, screen?: Screen) => Promise<OpenPage>) => Promise<void>,
): Promise<void> {
  if (CHROMIUM === undefined) throw new Error("Cannot open a page: no Chromium was found");
  const profile = await Deno.makeTempDir();
  const browser = new Deno.Command(CHROMIUM, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--hide-scrollbars",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const connection = await connect(await findAddress(profile));
    try {
      await body((path, screen = {}) => openPage(connection, { path, screen }));
    } finally {
      await connection.close();
    }
  } finally {
    if (isRunning(browser)) browser.kill("SIGKILL");
    await browser.status;
    await removeProfile(profile);
  }
}

function isRunning(browser: Deno.ChildProcess): boolean {
  try {
    browser.kill("SIGCONT");
    return true;
  } catch {
    return false;
  }
}

/** The browser's children may still write for a moment. */
async function removeProfile(profile: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    try {
      return await Deno.remove(profile, { recursive: true });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** The address of the browser's protocol, which it writes when it listens. */
async function findAddress(profile: string): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    const [port, path] = text.split("\n");
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Cannot drive Chromium: it does not listen after a minute");
}

/** A connection to a browser. */
interface Connection {
  send(method: string, parameters: object, session?: string): Promise<Record<string, unknown>>;
  listen(session: string, listener: (method: string, parameters: never) => void): void;
  close(): Promise<void>;
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const listeners = new Map<string, (method: string, parameters: never) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, params, sessionId } = JSON.parse(data);
    if (id === undefined) return listeners.get(sessionId)?.(method, params as never);
    if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  };
  let last = 0;
  const send: Connection["send"] = (method, params, sessionId) => {
    const id = ++last;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(id, answer);
    socket.send(JSON.stringify({ id, method, params, sessionId }));
    return answer.promise;
  };
  return {
    send,
    listen: (session, listener) => listeners.set(session, listener),
    close: async () => {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      await send("Browser.close", {}).catch(() => {});
      socket.close();
      await closed;
    },
  };
}

async function openPage(
  { send, listen }: Connection,
  { path, screen }: { readonly path: string; readonly screen: Screen },
): Promise<OpenPage> {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const session = String(sessionId);
  const call = (method: string, parameters: object = {}) => send(method, parameters, session);
  const output: string[] = [];
  const loaded = Promise.withResolvers<void>();
  listen(session, (method, parameters) => {
    if (method === "Page.loadEventFired") loaded.resolve();
    if (/^(Log\.entryAdded|Runtime\.(consoleAPICalled|exceptionThrown))$/.test(method)) {
      output.push(JSON.stringify(parameters));
    }
  });
  for (const domain of ["Page", "Runtime", "Log"]) await call(`${domain}.enable`);
  await pretend(call, screen);
  await call("Page.navigate", { url: /^https?:/.test(path) ? path : `file://${path}` });
  await loaded.promise;
  const page = { console: output, send: call, ...actionsOf(call) };
  // Without scripts no frame can be waited for.
  if (screen.scripts !== false) await page.settle();
  return page;
}

type Call = OpenPage["send"];

async function pretend(call: Call, screen: Screen): Promise<void> {
  const { width = 1280, height = 900, colours = "light", media = "screen" } = screen;
  const { motion = "reduce", touch = false, scripts = true } = screen;
  await call("Emulation.setDeviceMetricsOverride", {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: touch,
  });
  await call("Emulation.setEmulatedMedia", {
    media,
    features: [
      { name: "prefers-color-scheme", value: colours },
      { name: "prefers-reduced-motion", value: motion },
    ],
  });
  await call("Emulation.setTouchEmulationEnabled", { enabled: touch });
  await call("Emulation.setScriptExecutionDisabled", { value: !scripts });
}

function actionsOf(call: Call): Omit<OpenPage, "console" | "send"> {
  const evaluate = async <T>(expression: string) => {
    const { result, exceptionDetails } = await call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result: { value: T }; exceptionDetails?: object };
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  };
  return {
    evaluate,
    mouse: async (type, at) => {
      const isMove = type === "Moved";
      const button = isMove ? "none" : "left";
      await call("Input.dispatchMouseEvent", {
        type: `mouse${type}`,
        button,
        clickCount: isMove ? 0 : 1,
        ...at,
      });
    },
    wheel: async (at) => {
      await call("Input.dispatchMouseEvent", { type: "mouseWheel", deltaX: 0, ...at });
    },
    key: async (key, { modifiers = 0 } = {}) => {
      const text = key.length === 1 ? { text: key } : {};
      const code = { windowsVirtualKeyCode: VIRTUAL_KEYS[key] ?? 0, code: key };
      await call("Input.dispatchKeyEvent", { type: "keyDown", key, modifiers, ...text, ...code });
      await call("Input.dispatchKeyEvent", { type: "keyUp", key, modifiers, ...code });
    },
    touch: async (type, touchPoints) => {
      await call("Input.dispatchTouchEvent", { type: `touch${type}`, touchPoints });
    },
    settle: async () => {
      await evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))",
      );
    },
    picture: async () => {
      const { data } = await call("Page.captureScreenshot", { captureBeyondViewport: true });
      return Uint8Array.fromBase64(String(data));
    },
  };
}

/** Numbers of keys without a text. */
const VIRTUAL_KEYS: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};
