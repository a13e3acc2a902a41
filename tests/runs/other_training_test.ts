import { deepStrictEqual } from "node:assert";
import { findOtherTraining } from "../../src/runs/trained_on.ts";

Deno.test("runs that were trained in different ways are told by the settings that differ", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const settings = { epochs: 20, seed: 0, transform: "log1p", samplesFingerprint: "a" };
    const write = async (name: string, config: object) => {
      await Deno.mkdir(`${directory}/${name}`);
      await Deno.writeTextFile(`${directory}/${name}/config.json`, JSON.stringify(config));
    };
    await write("dna", settings);
    await write("same", { ...settings, preset: "another", sequenceControl: { kind: "shuffled" } });
    await write("other", { ...settings, epochs: 4, seed: undefined, samplesFingerprint: "b" });
    await Deno.mkdir(`${directory}/bare`);
    const compare = (name: string) => findOtherTraining(`${directory}/dna`, `${directory}/${name}`);
    deepStrictEqual(await compare("same"), []);
    deepStrictEqual(await compare("other"), ["the samples", "epochs 20 and 4", "seed 0 and –"]);
    deepStrictEqual(await compare("bare"), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
