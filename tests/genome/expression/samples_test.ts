import { deepStrictEqual, rejects } from "node:assert";
import { expressionFiles } from "../../../src/genome/expression/files.ts";
import { readExpressionSamples } from "../../../src/genome/expression/samples.ts";
import { withDirectory } from "../../helpers/command.ts";
import { textSource } from "../../helpers/text_source.ts";

Deno.test("samples and their cell types are read, whatever the other columns", async () => {
  const text = "cell_type\tbatch\tsample\nliver\t1\ta.bam\n# b\nliver\t\t b c \nlung\t2\td\n";
  deepStrictEqual(await readExpressionSamples(textSource(text)), [
    { sample: "a.bam", cellType: "liver" },
    { sample: "b c", cellType: "liver" },
    { sample: "d", cellType: "lung" },
  ]);
});

Deno.test("a list of samples may have commas or semicolons in place of tabs, as spreadsheets save it", async () => {
  for (const separator of [",", ";"]) {
    const text = 'sample,cell_type,\r\n"a, b.bam",liver,\r\n,,\r\nd,lung,\r\n'
      .replaceAll(/,(?! )/g, separator);
    deepStrictEqual(await readExpressionSamples(textSource(text)), [
      { sample: "a, b.bam", cellType: "liver" },
      { sample: "d", cellType: "lung" },
    ]);
  }
  const noted = 'sample,cell_type,"note; free"\na,liver,x\n';
  deepStrictEqual(await readExpressionSamples(textSource(noted)), [
    { sample: "a", cellType: "liver" },
  ]);
  await rejects(readExpressionSamples(textSource("name,cell_type\na,b\n")), /separated by commas/);
  await rejects(readExpressionSamples(textSource("name;cell_type\na;b\n")), /by semicolons/);
});

Deno.test("a list of samples with another header, with a sample twice or without samples is refused", async () => {
  const refuse = (text: string, message: RegExp) =>
    rejects(readExpressionSamples(textSource(text, "s.tsv")), { name: "FormatError", message });
  await refuse("name\tcell_type\na\tliver\n", /lacks column "sample".*\(s\.tsv, line 1\)$/);
  await refuse(
    "sample\tcell_type\na\tliver\na\tlung\n",
    /"a" is in line 2 and in line 3, expected once \(s\.tsv, line 3\)$/,
  );
  await refuse("sample\tcell_type\na\n", /column "cell_type" is empty/);
  await refuse("sample\tcell_type\n", /the file has only a header, expected rows \(s\.tsv\)$/);
});

Deno.test("paths start at the sheet's directory, and a file of several cell types is listed once", async () => {
  await withDirectory(async (directory) => {
    for (const name of ["a.sf", "b.tsv"]) await Deno.writeTextFile(`${directory}/${name}`, "");
    const sheet = `${directory}/sheet.tsv`;
    const files = new Map([
      ["liver", { paths: ["a.sf", `${directory}/b.tsv`], line: 2 }],
      ["lung", { paths: ["b.tsv"], line: 3 }],
    ]);
    deepStrictEqual(await expressionFiles(files, sheet), [
      { path: `${directory}/a.sf`, cellTypes: ["liver"] },
      { path: `${directory}/b.tsv`, cellTypes: ["liver", "lung"] },
    ]);
    await Deno.mkdir(`${directory}/sub`);
    await Deno.symlink(`${directory}/a.sf`, `${directory}/link.sf`);
    for (const other of ["./a.sf", "sub/../a.sf", "link.sf"]) {
      const twice = new Map([["liver", { paths: ["a.sf", other], line: 4 }]]);
      await rejects(expressionFiles(twice, sheet), {
        name: "FormatError",
        message: /"liver": ".*" is one of its files already, .*values would count twice.*line 4\)$/,
      });
      const shared = [["liver", { paths: ["a.sf"] }], ["lung", { paths: [other] }]] as const;
      deepStrictEqual(await expressionFiles(new Map(shared), sheet), [
        { path: `${directory}/a.sf`, cellTypes: ["liver", "lung"] },
      ]);
    }
    const none = new Map([["liver", { paths: ["c.sf"], line: 7 }]]);
    await rejects(expressionFiles(none, sheet), {
      name: "FormatError",
      message: /expression of "liver": ".*c\.sf" is not there \(.*sheet\.tsv, line 7\)$/,
    });
  });
});

Deno.test("a comma in the name of a file is distinguished from one between files", async () => {
  await withDirectory(async (directory) => {
    const names = ["a.tsv", "b,2.tsv"];
    for (const name of names) await Deno.writeTextFile(`${directory}/${name}`, "");
    const read = async (cell: string) => {
      const paths = cell.split(",").map((path) => path.trim());
      const files = await expressionFiles(new Map([["liver", { paths, line: 2 }]]), sheet);
      return files.map(({ path }) => path.slice(directory.length + 1));
    };
    const sheet = `${directory}/sheet.tsv`;
    deepStrictEqual(await read("b,2.tsv"), ["b,2.tsv"]);
    deepStrictEqual(await read("a.tsv,b,2.tsv"), ["a.tsv", "b,2.tsv"]);
    deepStrictEqual(await read("b,2.tsv, a.tsv"), ["b,2.tsv", "a.tsv"]);
    const many = Array.from({ length: 99 }, (_, i) => `${i}.tsv`).join(",");
    for (const none of ["c,a.tsv", "c,x/../a.tsv", `c,${directory}/a.tsv`, `c,${many}`]) {
      await rejects(read(none), /"[^"]*\/c" is not there \(.*line 2\)$/);
    }
  });
});
