/** The letter that pairs with each letter of IUPAC, in the same case; other bytes stay. */
const COMPLEMENTS = complements();

function complements(): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const letters = "ACGTURYSWKMBDHVN";
  const others = "TGCAAYRSWMKVHDBN";
  for (let i = 0; i < letters.length; i++) {
    for (const change of [(text: string) => text, (text: string) => text.toLowerCase()]) {
      table[change(letters)[i]!.charCodeAt(0)] = change(others).charCodeAt(i);
    }
  }
  return table;
}

/** Turns letters in ASCII into those of the other strand, in place: in reverse order, each with its pair. */
export function reverseComplement(letters: Uint8Array): void {
  for (let low = 0, high = letters.length - 1; low <= high; low++, high--) {
    const letter = COMPLEMENTS[letters[low]!]!;
    letters[low] = COMPLEMENTS[letters[high]!]!;
    letters[high] = letter;
  }
}
