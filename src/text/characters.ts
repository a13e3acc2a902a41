/** Codes of ASCII characters, which are their bytes in UTF-8. */

/** Tab. */
export const TAB = 9;
/** The line end `\n`. */
export const LINE_FEED = 10;
/** The first half of the line end `\r\n`. */
export const CARRIAGE_RETURN = 13;
/** Space. */
export const SPACE = 32;
/** The double quote `"`. */
export const QUOTE = 34;
/** `#`, which begins comments. */
export const HASH = 35;
/** `+`. */
export const PLUS = 43;
/** `,`. */
export const COMMA = 44;
/** `-`. */
export const MINUS = 45;
/** The decimal point `.`. */
export const POINT = 46;
/** The digit `0`; the other digits follow. */
export const ZERO = 48;
