/** Cuts a stream of text into lines without their ends. */
export class TextLineStream extends TransformStream<string, string> {
  /** A stream that keeps back the last line until it ends. */
  constructor() {
    let rest = "";
    super({
      transform: (chunk, controller) => {
        const lines = (rest + chunk).split(/\r?\n/);
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
      flush: (controller) => {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
