/** How far a group of tests is, on a terminal and elsewhere. */

/** The least time between two lines where the output is not a terminal, in seconds. */
const LINE_SECONDS = 20;

/** What is shown of a group while it runs. */
export interface Progress {
  /** Counts a file. */
  readonly advance: (path: string) => void;
  /** Prints a line that stays. */
  readonly print: (line: string) => void;
  /** Removes the line that counts. */
  readonly end: () => void;
}

/**
 * Shows a line that counts files and seconds, rewritten on a terminal.
 *
 * @param total The number of files, if it is known.
 */
export function showProgress(total?: number): Progress {
  const terminal = Deno.stdout.isTerminal();
  const encoder = new TextEncoder();
  const write = (text: string) => Deno.stdout.writeSync(encoder.encode(text));
  const start = performance.now();
  let files = 0;
  let printed = 0;
  let open = false;
  const end = () => {
    if (open) write("\r\x1b[K");
    open = false;
  };
  return {
    advance: (path) => {
      files++;
      const seconds = Math.round((performance.now() - start) / 1000);
      const count = total === undefined ? `${files} files` : `${files} of ${total} files`;
      const text = `  ${count}, ${seconds} s, now ${path}`.slice(0, 79);
      if (terminal) {
        write(`\r\x1b[K${text}`);
        open = true;
      } else if (seconds >= printed + LINE_SECONDS) {
        printed = seconds;
        console.log(text);
      }
    },
    print: (line) => {
      end();
      console.log(line);
    },
    end,
  };
}
