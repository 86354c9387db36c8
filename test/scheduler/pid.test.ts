import fc from "fast-check";
import { IllegalArgumentError } from "../../shared/errors/index.js";
import { estimateRate, type PidMemory, type PidOptions } from "../../shared/scheduler/rate/pid-rate-estimator.js";
import { resolveBackpressure } from "../../shared/streaming/backpressure.js";
import { readTable } from "../conformance/tables.js";

interface Row {
  readonly id: string;
  readonly test: string;
  readonly params: Omit<PidOptions, "batchDuration"> & { readonly batchIntervalMs: number };
  readonly stepFields?: readonly string[];
  readonly steps?: readonly (readonly [number, number, number, number])[];
  readonly expected?: readonly (number | null)[];
  readonly expectedError?: string;
}

const FIELDS = ["timeMs", "numElements", "processingDelayMs", "schedulingDelayMs"];
const rows = readTable<Row>("pid.json");

const optionsOf = ({ batchIntervalMs, ...params }: Row["params"]): PidOptions => ({
  ...params,
  batchDuration: batchIntervalMs,
});

function ratesOf(options: PidOptions, steps: NonNullable<Row["steps"]>): (number | null)[] {
  let memory: PidMemory | undefined;
  return steps.map(([time, records, processingDelay, schedulingDelay]) => {
    const step = estimateRate(options, memory, { time, records, processingDelay, schedulingDelay });
    memory = step.memory;
    return step.rate ?? null;
  });
}

describe("pid.json", () => {
  for (const row of rows) {
    it(`${row.id}: ${row.test}`, () => {
      if (row.expectedError !== undefined) {
        const { batchIntervalMs, ...gains } = row.params;
        expect(() => resolveBackpressure({ enabled: true, ...gains })).toThrow(IllegalArgumentError);
        return;
      }
      expect(row.stepFields).toEqual(FIELDS);
      const rates = ratesOf(optionsOf(row.params), row.steps ?? []);
      expect(rates.map((rate) => rate === null)).toEqual(row.expected?.map((rate) => rate === null));
      for (const [i, rate] of rates.entries()) expect(rate ?? 0).toBeCloseTo(row.expected?.[i] ?? 0, 6);
    });
  }

  it("has rows", () => expect(rows.length).toBeGreaterThanOrEqual(9));
});

describe("with a backlog", () => {
  it("the rate stays between the least rate and the processing speed, for any data (pid.belowSpeed)", () => {
    const options = { batchDuration: 20, proportional: 1, integral: 0.01, derivative: 0, minRate: 10 };
    const batch = fc.tuple(fc.integer({ min: 1000, max: 2000 }), fc.integer({ min: 1, max: 19 }));
    fc.assert(
      fc.property(fc.array(batch, { minLength: 2, maxLength: 50 }), (batches) => {
        const steps = batches.map(([n, delay], i): [number, number, number, number] => [i * 20, n, 20, delay]);
        const rates = ratesOf(options, steps).slice(1);
        rates.forEach((rate, i) => {
          expect(rate).toBeGreaterThanOrEqual(10);
          expect(rate).toBeLessThan(((batches[i + 1]?.[0] ?? 0) / 20) * 1000);
        });
      }),
    );
  });
});
