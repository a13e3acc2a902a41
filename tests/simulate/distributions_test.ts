import { ok, strictEqual } from "node:assert";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { drawGamma, drawPoisson, NegativeBinomial } from "../../src/simulate/distributions.ts";

const DRAWS = 200_000;
/** The distance from theory that a moment may have, in standard errors: one test in 15,000 would fail by chance. */
const LIMIT = 4;

/** Checks the mean and variance of draws; `excess` is the distribution's excess kurtosis. */
function checkMoments(
  draw: (stream: RandomStream) => number,
  theory: { name: string; mean: number; variance: number; excess: number },
): void {
  const stream = new RandomStream(deriveKey(3, theory.name));
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) {
    const deviation = draw(stream) - theory.mean;
    sum += deviation;
    squares += deviation * deviation;
  }
  const meanError = Math.sqrt(theory.variance / DRAWS);
  const varianceError = theory.variance * Math.sqrt((2 + theory.excess) / DRAWS);
  const meanScore = sum / DRAWS / meanError;
  const varianceScore = (squares / DRAWS - theory.variance) / varianceError;
  ok(Math.abs(meanScore) < LIMIT, `${theory.name}: mean is ${meanScore} standard errors off`);
  ok(Math.abs(varianceScore) < LIMIT, `${theory.name}: variance is ${varianceScore} errors off`);
}

/**
 * χ² of draws against probabilities over 0 … length − 1, the last holding everything above; over the classes
 * that expect 5 draws or more, as the approximation asks.
 */
function chiSquare(draws: readonly number[], probabilities: readonly number[]): number {
  const observed = new Float64Array(probabilities.length);
  for (const draw of draws) observed[Math.min(draw, probabilities.length - 1)]!++;
  return probabilities.reduce((sum, probability, k) => {
    const expected = probability * draws.length;
    return expected < 5 ? sum : sum + (observed[k]! - expected) ** 2 / expected;
  }, 0);
}

/** P(0), …, P(last − 1), P(≥ last) of a negative binomial distribution; of Poisson for size Infinity. */
function probabilitiesUpTo(last: number, mean: number, size: number): number[] {
  const poisson = size === Infinity;
  const values = [Math.exp(poisson ? -mean : -size * Math.log1p(mean / size))];
  for (let k = 1; k < last; k++) {
    const step = poisson ? mean / k : (k - 1 + size) / k * mean / (mean + size);
    values.push(values[k - 1]! * step);
  }
  return [...values, 1 - values.reduce((sum, value) => sum + value, 0)];
}

Deno.test("Poisson counts have the mean and variance of theory at every size of mean", () => {
  for (const mean of [0.01, 0.7, 5, 11.9, 12.1, 40, 1000, 1e6]) {
    checkMoments((stream) => drawPoisson(stream, mean), {
      name: `Poisson ${mean}`,
      mean,
      variance: mean,
      excess: 1 / mean,
    });
  }
});

Deno.test("gamma numbers have the mean and variance of theory for shapes below and above 1", () => {
  for (const shape of [0.3, 1, 2.5, 10, 300]) {
    checkMoments((stream) => drawGamma(stream, shape), {
      name: `gamma ${shape}`,
      mean: shape,
      variance: shape,
      excess: 6 / shape,
    });
  }
});

Deno.test("negative binomial counts have the mean and variance of theory by both methods", () => {
  for (const size of [0.5, 10, 1e6]) {
    const counts = new NegativeBinomial(size);
    for (const mean of [0.01, 0.7, 5, 11.9, 12.1, 40, 1000]) {
      const variance = mean + mean * mean / size;
      checkMoments((stream) => counts.draw(stream, mean), {
        name: `negative binomial ${mean} ${size}`,
        mean,
        variance,
        excess: 6 / size + 1 / variance,
      });
    }
  }
});

Deno.test("counts follow their probabilities one by one, below and above the change of method", () => {
  const cases = [[2, Infinity], [13, Infinity], [2, 10], [13, 10], [3, 0.7]] as const;
  for (const [mean, size] of cases) {
    const counts = new NegativeBinomial(size);
    const stream = new RandomStream(deriveKey(4, "probabilities", Math.floor(mean)));
    const draws = Array.from(
      { length: 50_000 },
      () => size === Infinity ? drawPoisson(stream, mean) : counts.draw(stream, mean),
    );
    // χ² with 8 and 25 degrees of freedom exceeds these limits with probability 0.0005.
    const [last, limit] = mean < 5 ? [8, 28] : [25, 56];
    const score = chiSquare(draws, probabilitiesUpTo(last, mean, size));
    ok(score < limit, `mean ${mean}, size ${size}: χ² is ${score}`);
  }
});

Deno.test("a mean of 0 always gives the count 0", () => {
  const stream = new RandomStream(deriveKey(5));
  for (let i = 0; i < 100; i++) {
    strictEqual(drawPoisson(stream, 0), 0);
    strictEqual(new NegativeBinomial(10).draw(stream, 0), 0);
  }
});

Deno.test("the greatest uniform number gives a count too, whatever the size and the mean", () => {
  const stream = Object.assign(new RandomStream(deriveKey(6)), { uniform: () => 1 - 2 ** -33 });
  for (const size of [0.1, 1, 9.9, 10, 20, 1e6]) {
    const counts = new NegativeBinomial(size);
    for (let mean = 0.001; mean < 12; mean += 0.037) {
      const spread = Math.sqrt(mean + mean * mean / size);
      const count = counts.draw(stream, mean);
      ok(count > mean && count < mean + 60 * spread + 30, `mean ${mean}, size ${size}: ${count}`);
    }
  }
});
