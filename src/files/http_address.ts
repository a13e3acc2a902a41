import { parseUrl, toBase64 } from "../base/platform.ts";

/**
 * The addresses of files on servers: what of them may be shown, and which of them are the same file.
 *
 * @module
 */

/** Whether a text from a sheet or a command line is the address of a file on a server rather than a path. */
export function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text.trim());
}

/** An address, taken apart. */
export interface HttpAddress {
  /** The address to ask for, without user, password and fragment. */
  readonly url: URL;
  /** The address for messages: without user, password, query and fragment, which may be secret. */
  readonly shown: string;
  /** The header that replaces user and password, which `fetch` refuses in an address. */
  readonly authorization: string | undefined;
}

/**
 * Takes an address apart.
 *
 * @throws {TypeError} If it is not an `http:` or `https:` address.
 */
export function parseAddress(address: string | URL): HttpAddress {
  const url = parseUrl(typeof address === "string" ? address.trim() : address.href);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(
      `Cannot use address ${hideSecrets(String(address))}: expected one that begins with ` +
        "https:// or http://",
    );
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  const authorization = username === "" && password === ""
    ? undefined
    : `Basic ${encodeBase64(`${decodePart(username)}:${decodePart(password)}`)}`;
  return { url, shown: showAddress(url), authorization };
}

/** Decodes a part of an address; what is not percent-encoded properly stays as it is. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function encodeBase64(text: string): string {
  return toBase64(new TextEncoder().encode(text));
}

/** Formats an address for messages: without user, password, query and fragment, which may be secret. */
export function showAddress(address: string | URL): string {
  const url = parseUrl(String(address));
  if (url === null) return hideSecrets(String(address));
  // The origin of a file: or data: address, to which a server may redirect, is no text.
  return /^https?:$/.test(url.protocol)
    ? `${url.origin}${url.pathname}`
    : `${url.protocol}//${url.host}${url.pathname}`;
}

/** Formats a path as it is, and an address without what may be secret; for messages. */
export function showPlace(place: string): string {
  return isAddress(place) ? showAddress(place.trim()) : place;
}

/**
 * Puts the word SECRET in the place of the user and password, and of the query, of every address in a text.
 *
 * @returns The text as it is if no address has these.
 */
export function coverSecrets(text: string): string {
  return text.replace(
    /\b([a-z\d]{1,10}:\/\/)([^\s\/?#'"]*@)?([^\s?#'"]*)([?#][^\s'"]*)?/gi,
    (whole, scheme: string, user = "", place: string, query = "") => {
      // What ends a clause is not of the address.
      let end = query.length;
      while (end > 0 && ":,.;)".includes(query[end - 1])) end--;
      if (user === "" && end < 2) return whole;
      const covered = end < 2 ? query : `?SECRET${query.slice(end)}`;
      return `${scheme}${user && "SECRET@"}${place}${covered}`;
    },
  );
}

/** Removes from what may be an address all that may be secret. */
function hideSecrets(text: string): string {
  return text.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
}

/** Parts of a query that sign it, or say for how long it may be used, at the common stores. */
const SIGNATURE =
  /^(x-(amz|goog|oss|cos)-.*|awsaccesskeyid|googleaccessid|ossaccesskeyid|signature|expires|policy|key-pair-id)$/i;
/** The same at Azure, whose names are too short to mean anything without `sig` beside them. */
const AZURE_SIGNATURE = /^(sig|sv|se|sr|sp|st|spr|sip|ss|srt|sks|skv|skt|ske|skoid|sktid)$/;

/**
 * Formats what identifies the file of an address: two addresses that differ only in user, password, fragment or
 * signature lead to one file.
 */
export function addressIdentity(address: string | URL): string {
  const { url } = parseAddress(address);
  const isAzures = url.searchParams.has("sig") && url.searchParams.has("sv");
  const signed = [...url.searchParams.keys()].filter((name) =>
    SIGNATURE.test(name) || (isAzures && AZURE_SIGNATURE.test(name))
  );
  if (signed.length === 0) return url.href;
  for (const name of signed) url.searchParams.delete(name);
  return url.href;
}

/**
 * Makes the address of a file beside another one, such as its index. The query, which may sign the other one, stays.
 *
 * @param rename Gets the path of the given address, and returns that of the result.
 */
export function siblingAddress(address: string | URL, rename: (path: string) => string): URL {
  const url = new URL(address);
  url.pathname = rename(url.pathname);
  return url;
}
