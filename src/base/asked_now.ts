/**
 * Asks a function of the caller's whose answer is needed immediately, as that of a condition is.
 *
 * @param answer What the function returned.
 * @param what What is refused otherwise, and what the function is called.
 * @returns The answer.
 * @throws {TypeError} If it is a promise, which would be taken for an answer: as a condition, it always holds.
 */
export function askedNow<Answer>(
  answer: Answer,
  { action, name }: { readonly action: string; readonly name: string },
): Answer {
  if (typeof answer !== "object" || answer === null) return answer;
  if (typeof (answer as { then?: unknown }).then !== "function") return answer;
  // Nobody else handles its rejection, which ends programs.
  Promise.resolve(answer).catch(() => {});
  throw new TypeError(
    `Cannot ${action}: ${name} returned a promise, expected a function that is not asynchronous`,
  );
}
