import { deepStrictEqual, rejects } from "node:assert";
import { gzipSync } from "node:zlib";
import { bytesSource } from "../../../src/files/byte_source.ts";
import {
  assemblyChromosomes,
  readChromosomeSizes,
} from "../../../src/genome/tracks/read_chromosome_sizes.ts";

const read = (text: string) =>
  readChromosomeSizes(bytesSource(new TextEncoder().encode(text), "a.sizes"));

Deno.test("lengths are read from chrom.sizes and from the index of a genome, gzip or not", async () => {
  const wanted = [{ name: "chr1", length: 248_956_422 }, { name: "M", length: 16_569 }];
  deepStrictEqual(await read("chr1\t248956422\nM\t16569\n"), wanted);
  deepStrictEqual(await read("# made by hand\r\nchr1 248956422\r\n\r\nM  16569"), wanted);
  deepStrictEqual(await read("chr1\t248956422\t6\t60\t61\nM\t16569\t9\t60\t61\n"), wanted);
  const packed = new Uint8Array(gzipSync("chr1\t248956422\nM\t16569\n"));
  deepStrictEqual(await readChromosomeSizes(bytesSource(packed, "a.sizes.gz")), wanted);
});

Deno.test("what cannot be a length is refused with their line", async () => {
  for (const digits of ["", "0", "-5", "1e6", "4294967296", "12,000", "0x10", "99999999999"]) {
    await rejects(read(`chr1\t10\nchr2\t${digits}\n`), { name: "FormatError", line: 2 }, digits);
  }
  await rejects(read("chr1\t10\nchr1\t10\n"), /"chr1" is listed twice.*line 2/);
  await rejects(read('"chr1"\t10\n""\t10\n'), /found a name without letters.*line 2/);
  await rejects(read("\n# nothing\n"), /found none/);
});

Deno.test("an assembly is found by any of its names", () => {
  const [first] = assemblyChromosomes("GRCh37.p13");
  deepStrictEqual(first, { name: "chr1", length: 249_250_621 });
  deepStrictEqual(assemblyChromosomes("rn7"), []);
});
