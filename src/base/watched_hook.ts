/** Hooks that nothing waits for, and whose errors must not be lost all the same. */

import { namesOf } from "./option_names.ts";

/** Options whose hooks are watched. */
export interface WatchedOptions<Options> {
  /** The same options, with hooks to call in place of the caller's. */
  readonly options: Options;
  /** Throws what a call of a hook was rejected with, if one was; to be called when the work is done. */
  readonly settle: () => Promise<void>;
}

/** Hooks that are watched already, since public functions give their options to each other. */
const WATCHED = new WeakSet<object>();

/**
 * Watches the hooks of options, which are the functions whose names begin with `on`. They may be asynchronous, though nothing
 * waits for their promises. Nobody would handle a rejection, which ends programs: the work ends with it instead, when it calls
 * one of the hooks again or when it is done.
 *
 * @param options The options; those of a class may have getters.
 * @returns A copy of them. Hooks that are watched already stay as they are: the function that was called first hears of them.
 */
export function watchHooks<Options extends object>(options: Options): WatchedOptions<Options> {
  // `files.map(readGenes)` gives other things in their place, in which nobody looks for hooks.
  if (typeof (options ?? {}) !== "object") {
    return { options, settle: () => Promise.resolve() };
  }
  // JSON has null for what is not given.
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const watched: Record<string, unknown> = {};
  let failure: { readonly reason: unknown } | undefined;
  const check = () => {
    if (failure !== undefined) throw failure.reason;
  };
  for (const name of namesOf(given).names) {
    const hook = given[name];
    watched[name] = hook;
    if (!/^on[A-Z]/.test(name) || typeof hook !== "function" || WATCHED.has(hook)) continue;
    const call = (...reports: unknown[]) => {
      check();
      // A hook that is a method may want the object that it was given in.
      const returned = hook.apply(given, reports);
      if (isPromise(returned)) {
        Promise.resolve(returned).catch((reason) => failure ??= { reason });
      }
      // Some hooks are waited for.
      return returned;
    };
    WATCHED.add(call);
    watched[name] = call;
  }
  const settle = async () => {
    // A rejection of the last call is heard of one turn later.
    await Promise.resolve();
    check();
  };
  return { options: watched as Options, settle };
}

/** A function that is called as a method of an object, as it may be one; a hook that is watched, or another value, as it is. */
export function withItsObject(value: unknown, object: object): unknown {
  return typeof value === "function" && !WATCHED.has(value) ? value.bind(object) : value;
}

/**
 * Does some work with options whose hooks are watched.
 *
 * @param options The options.
 * @param work Does it, with these options in place of the caller's.
 * @returns What it returns.
 * @throws What it throws, and what a hook was rejected with.
 */
export async function withWatchedHooks<Options extends object, Result>(
  options: Options,
  work: (options: Options) => Result | PromiseLike<Result>,
): Promise<Awaited<Result>> {
  const watched = watchHooks(options);
  const result = await work(watched.options);
  await watched.settle();
  return result;
}

/** Yields what a generator does, whose work calls hooks that are watched, and hears of them at its end. */
export async function* untilSettled<Item>(
  items: AsyncIterable<Item>,
  settle: () => Promise<void>,
): AsyncGenerator<Item, void, void> {
  for await (const item of items) yield item;
  await settle();
}

/**
 * A hook of work that is not asynchronous, which cannot hear of a promise: one that returns some is refused.
 *
 * @param hook The hook.
 * @param options Its name, and what is refused otherwise, such as `find motifs`.
 * @returns A hook that throws a `TypeError` if this one returns a promise.
 */
export function plainHook<Report>(
  hook: ((report: Report) => unknown) | null | undefined,
  { action, name }: { readonly action: string; readonly name: string },
): ((report: Report) => void) | undefined {
  if (hook === undefined || hook === null) return undefined;
  return (report) => {
    const returned = hook(report);
    if (!isPromise(returned)) return;
    // Nobody else handles its rejection, which ends programs.
    Promise.resolve(returned).catch(() => {});
    throw new TypeError(
      `Cannot ${action}: ${name} returned a promise, expected a function that is not asynchronous`,
    );
  };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof Object(value).then === "function";
}
