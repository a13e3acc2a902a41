/** deepTools' names of flags, which `prepare` understands, and what is refused of them. */

import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { Command, CommanderError } from "commander";
import { DEEPTOOLS_FLAGS } from "../../src/commands/_deeptools_flags.ts";
import { translateAliases } from "../../src/commands/_flag_aliases.ts";
import { declarePrepareFlags } from "../../src/commands/_prepare_flags.ts";
import { runTask } from "../helpers/command.ts";

function makeParser(): { readonly parser: Command; readonly said: string[] } {
  const said: string[] = [];
  const parser = declarePrepareFlags(new Command("prepare"))
    .configureOutput({ writeErr: (text) => void said.push(text) })
    .exitOverride();
  return { parser, said };
}

function translate(...words: string[]): string[] {
  return translateAliases(makeParser().parser, words, DEEPTOOLS_FLAGS);
}

/** What is said when some words are refused. */
function refusal(...words: string[]): string {
  const { parser, said } = makeParser();
  throws(() => translateAliases(parser, words, DEEPTOOLS_FLAGS), CommanderError);
  return said.join("");
}

Deno.test("deepTools' flags become those of prepare, in both forms and by their short names", () => {
  deepStrictEqual(translate("--binSize", "50", "--minMappingQuality=30"), [
    "--bin-size=50",
    "--min-mapping-quality=30",
  ]);
  deepStrictEqual(translate("-bs", "50", "-bl", "b.bed", "-p", "3"), [
    "--bin-size=50",
    "--blacklist=b.bed",
    "--threads=3",
  ]);
  deepStrictEqual(translate("--samFlagExclude", "1024"), ["--exclude-flags=1024"]);
  deepStrictEqual(translate("--normalizeUsing", "CPM"), ["--normalise=rpm"]);
  deepStrictEqual(translate("--normalizeUsing=None"), ["--normalise=none"]);
});

Deno.test("reads are extended to a length, or joined to fragments without one", () => {
  deepStrictEqual(translate("--extendReads", "200", "--out", "x"), ["--extend=200", "--out", "x"]);
  deepStrictEqual(translate("--extendReads", "--out", "x"), ["--fragments", "--out", "x"]);
  deepStrictEqual(translate("--out", "x", "-e"), ["--out", "x", "--fragments"]);
  deepStrictEqual(translate("-e=150"), ["--extend=150"]);
});

Deno.test("numbers of processors may be max and its half", () => {
  const [most] = translate("--numberOfProcessors", "max");
  strictEqual(most, `--threads=${navigator.hardwareConcurrency}`);
  match(translate("--numberOfProcessors", "max/2")[0]!, /^--threads=[1-9]/);
});

Deno.test("own flags and their values stay as they are, even if a value looks like an alias", () => {
  const words = ["--samples", "--binSize", "--out=-p", "--quiet", "--", "--binSize"];
  deepStrictEqual(translate(...words), words);
});

Deno.test("two names of one flag are refused, in either order", () => {
  match(refusal("--bin-size", "50", "--binSize", "50"), /two names of one flag, --bin-size/);
  match(refusal("--binSize=50", "--bin-size=50"), /--binSize and --bin-size are two names/);
  match(refusal("--binSize", "50", "-bs", "60"), /--binSize and -bs are two names/);
  match(refusal("--extend", "9", "--extendReads", "8"), /two names of one flag, --extend/);
  // Two aliases that say the same are one, and a flag may be repeated by its own name.
  deepStrictEqual(translate("--binSize", "50", "-bs", "50"), ["--bin-size=50"]);
  deepStrictEqual(translate("--gene-type", "a", "--gene-type", "b").length, 4);
});

Deno.test("what this program does not do is refused by its name, with the reason", () => {
  match(
    refusal("--normalizeUsing", "RPKM"),
    /--normalizeUsing RPKM cannot be used here: it is CPM divided/,
  );
  match(refusal("--normalizeUsing", "RPGC"), /effective size of the genome/);
  match(refusal("--normalizeUsing", "nonsense"), /expected CPM or None/);
  match(
    refusal("--samFlagInclude", "64"),
    /--samFlagInclude 64 cannot be used here: .*--exclude-flags/,
  );
  match(
    refusal("--ignoreDuplicates"),
    /--ignoreDuplicates cannot be used here: .*samtools markdup/,
  );
  match(refusal("--scaleFactor=2"), /--scaleFactor 2 cannot be used here/);
  match(refusal("--binSize"), /option '--binSize' argument missing/);
  match(refusal("--centerReads=1"), /option '--centerReads' takes no value/);
});

Deno.test("each alias stands for a flag of prepare, and its short names are not prepare's own", () => {
  const { parser } = makeParser();
  const own = parser.options.map(({ long }) => long);
  for (const alias of DEEPTOOLS_FLAGS) {
    for (const name of alias.names) {
      ok(!own.includes(name), name);
      match(name, /^--[a-z]\w+$|^-[a-zA-Z]{1,3}$/);
    }
    if (alias.isRefused) continue;
    const values: Readonly<Record<string, string>> = {
      "--normalizeUsing": "CPM",
      "--referencePoint": "TSS",
    };
    const value = values[alias.names[0]!] ?? "7";
    for (const word of alias.translate(alias.value === "never" ? undefined : value)) {
      ok(own.includes(word.split("=")[0]), word);
    }
  }
});

Deno.test("help lists deepTools' names in one place, completion does not, and a refusal is one of flags", async () => {
  const { stdout } = await runTask("prepare", "--help");
  match(
    stdout,
    /deepTools' names of flags are understood too: --binSize, .*--numberOfProcessors/,
  );
  ok(!/--ignoreDuplicates/.test(stdout));
  const { code, stderr } = await runTask("prepare", "--ignoreDuplicates");
  strictEqual(code, 2);
  match(stderr, /^error: --ignoreDuplicates cannot be used here/);
});
