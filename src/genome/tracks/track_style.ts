/** How genome browsers show a track. */

/** A colour: red, green and blue, each from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Throws unless a colour is three integers from 0 to 255.
 *
 * @throws {RangeError} If it is not.
 */
export function formatColour(colour: Colour): string {
  const isSound = colour.length === 3 &&
    colour.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  if (isSound) return colour.join(",");
  throw new RangeError(
    `Cannot write track: its colour is ${
      colour.join(",")
    }, expected three integers from 0 to 255, such as 0,114,178`,
  );
}
