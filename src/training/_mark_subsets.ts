/** Of so few marks every subset is measured, of more only those that lack one or two. */
const MOST_MARKS_OF_ALL = 5;
const MOST_HIDDEN = 2;

/**
 * Lists the subsets of marks whose errors are worth measuring: the marks that each lacks. The first lacks nothing; none
 * lacks everything.
 */
export function listMarkSubsets(marks: readonly string[]): string[][] {
  if (marks.length <= MOST_MARKS_OF_ALL) {
    return Array.from(
      { length: 2 ** marks.length - 1 },
      (_, mask) => marks.filter((_, mark) => mask >> mark & 1),
    );
  }
  const pairs = marks.flatMap((mark, i) => marks.slice(i + 1).map((other) => [mark, other]));
  return [[], ...marks.map((mark) => [mark]), ...pairs].filter(({ length }) =>
    length <= MOST_HIDDEN
  );
}
