/** Elements of the page, made without markup in strings: what comes from files is only ever text. */

type HtmlTag = keyof HTMLElementTagNameMap;
type TagOf<T extends string> = T extends `${infer Tag}.${string}` ? Tag : T;
type ElementOf<T extends string> = TagOf<T> extends HtmlTag ? HTMLElementTagNameMap[TagOf<T>]
  : HTMLElement;

/** What can stand in an element; what is missing or false is left out. */
export type Child = Node | string | false | undefined;

/** Attributes by name, and listeners as `onclick` and so on. `true` is an attribute without a value. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | undefined | ((event: Event) => void)>
>;

/**
 * Makes an element of HTML.
 *
 * @param tag Its name and classes: `p.note`.
 */
export function make<T extends HtmlTag | `${HtmlTag}.${string}`>(
  tag: T,
  children: readonly Child[] = [],
  attributes: Attributes = {},
): ElementOf<T> {
  const [name = "", ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(" ");
  setAttributes(element, attributes);
  fill(element, children);
  return element as ElementOf<T>;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element of SVG. */
export function makeSvg(
  tag: string,
  children: readonly Child[] = [],
  attributes: Attributes = {},
): SVGElement {
  const [name = "", ...classes] = tag.split(".");
  const element = document.createElementNS(SVG, name);
  if (classes.length > 0) element.setAttribute("class", classes.join(" "));
  setAttributes(element, attributes);
  fill(element, children);
  return element;
}

/** Sets attributes, removes those that are false or missing, and adds listeners. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Replaces what an element holds. */
export function fill(element: Element, children: readonly Child[]): void {
  element.replaceChildren(
    ...children.filter((child) => child !== undefined && child !== false),
  );
}

/** Sets a text only if it is another one, so that live regions and selections are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** How the rows of a list are made and brought up to date. */
export interface RowMaker<Item> {
  readonly keyOf: (item: Item) => string;
  readonly make: (item: Item) => Row<Item>;
}

/** A row on the page. */
export interface Row<Item> {
  readonly element: HTMLElement;
  readonly update: (item: Item) => void;
}

/** Keeps rows of a list by their keys, so that a row that is being edited keeps its focus. */
export function keepRows<Item>(
  parent: HTMLElement,
  { keyOf, make }: RowMaker<Item>,
): (items: readonly Item[]) => void {
  let rows = new Map<string, Row<Item>>();
  return (items) => {
    const next = new Map<string, Row<Item>>();
    for (const item of items) {
      const key = keyOf(item);
      const row = rows.get(key) ?? make(item);
      row.update(item);
      next.set(key, row);
    }
    for (const [key, { element }] of rows) if (!next.has(key)) element.remove();
    let place: ChildNode | null = parent.firstChild;
    for (const { element } of next.values()) {
      if (element === place) place = place.nextSibling;
      else parent.insertBefore(element, place);
    }
    rows = next;
  };
}
