import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { planRungs } from "../../src/search/rungs.ts";

Deno.test("without halving there is one rung with all trials and epochs", () => {
  deepStrictEqual(planRungs({ trials: 30, epochs: 15 }), [{ trials: 30, epochs: 15 }]);
  deepStrictEqual(planRungs({ trials: 0, epochs: 15 }), []);
});

Deno.test("each rung has a share of the trials and a multiple of the epochs, and the last one has all epochs", () => {
  deepStrictEqual(planRungs({ trials: 27, epochs: 27, keepOneIn: 3 }), [
    { trials: 27, epochs: 1 },
    { trials: 9, epochs: 3 },
    { trials: 3, epochs: 9 },
    { trials: 1, epochs: 27 },
  ]);
  deepStrictEqual(planRungs({ trials: 8, epochs: 3, keepOneIn: 2 }), [
    { trials: 8, epochs: 2 },
    { trials: 4, epochs: 3 },
  ]);
});

Deno.test("rungs never run out of trials, and their epochs grow", () => {
  for (let trials = 1; trials < 60; trials++) {
    for (let epochs = 1; epochs < 20; epochs++) {
      const rungs = planRungs({ trials, epochs, keepOneIn: 3 });
      strictEqual(rungs.at(-1)!.epochs, epochs);
      rungs.forEach((rung, index) => {
        const grows = index === 0 || rung.epochs > rungs[index - 1]!.epochs;
        strictEqual(rung.trials >= 1 && rung.epochs >= 1 && grows, true, `${trials} ${epochs}`);
      });
    }
  }
});

Deno.test("a share by which rungs would never end is refused, and texts are no numbers", () => {
  for (const keepOneIn of [1, 0, -1, 1.5, NaN, "3"] as number[]) {
    throws(() => planRungs({ trials: 4, epochs: 4, keepOneIn }), /rungs: keepOneIn is .*>= 2/);
  }
  throws(() => planRungs({ trials: "4" as never, epochs: 4 }), /trials is "4", expected/);
  const everyOne = { trials: 4, epochs: 4, keepOneIn: null as never };
  deepStrictEqual(planRungs(everyOne), [{ trials: 4, epochs: 4 }]);
});
