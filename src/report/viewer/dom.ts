/**
 * The types of a page that its scripts use. A program that imports the reports need not have the library "dom", which Deno
 * and Node do without: there they are `any`, since only a browser runs these scripts.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any -- Nothing is known of it, and everything may be done with it.
type Anything = any;

/** Where elements are found, without the library "dom". */
interface AnyNode {
  querySelector<Found = Anything>(selector: string): Found | null;
  querySelectorAll<Found = Anything>(selector: string): readonly Found[];
  readonly [name: string]: Anything;
}

/** What the library "dom" declares under a name. */
type Declared<Name extends string, Otherwise = Anything> = typeof globalThis extends
  Readonly<Record<Name, infer Value>> ? Value : Otherwise;

/** What a class of the library "dom" makes. */
type Made<Name extends string, Otherwise = Anything> = typeof globalThis extends
  Readonly<Record<Name, { readonly prototype: infer Instance }>> ? Instance : Otherwise;

/** As in browsers. */
export type HTMLElement = Made<"HTMLElement">;
/** As in browsers. */
export type HTMLInputElement = Made<"HTMLInputElement">;
/** As in browsers. */
export type HTMLSelectElement = Made<"HTMLSelectElement">;
/** As in browsers. */
export type HTMLDetailsElement = Made<"HTMLDetailsElement">;
/** As in browsers. */
export type SVGElement = Made<"SVGElement">;
/** As in browsers. */
export type Element = Made<"Element">;
/** As in browsers. */
export type PointerEvent = Made<"PointerEvent">;
/** As in browsers. */
export type MouseEvent = Made<"MouseEvent">;
/** As in browsers. */
export type KeyboardEvent = Made<"KeyboardEvent">;
/** As in browsers. */
export type WheelEvent = Made<"WheelEvent">;
/** What elements are looked for in. */
export type ParentNode = Pick<Made<"Element", AnyNode>, "querySelector">;
/** The page's `document`. */
export type PageDocument = Declared<"document", AnyNode>;
/** The page's `matchMedia`. */
export type PageMatchMedia = Declared<"matchMedia">;
/** The page's `requestAnimationFrame`. */
export type RequestFrame = Declared<"requestAnimationFrame">;
/** The page's `cancelAnimationFrame`. */
export type CancelFrame = Declared<"cancelAnimationFrame">;
/** The page's `ResizeObserver`. */
export type ResizeObserverClass = Declared<"ResizeObserver">;
