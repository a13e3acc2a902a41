/**
 * Finds the first index for which a condition holds that holds for all indices after it.
 *
 * @param length How many indices there are, from 0.
 * @param holds The condition.
 * @returns The index; `length` if the condition holds for none.
 */
export function findFirst(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
