import fc from "fast-check";
import { ReadPace } from "../../shared/aws/read-pace.js";

/** Times at which reads happen that are wanted at these times. */
function paced(wanted: readonly number[]): readonly number[] {
  const pace = new ReadPace();
  return wanted.map((time) => time + pace.reserve(time));
}

describe("the pace of a shard", () => {
  it("lets five reads through at once, and the sixth a second later", () => {
    expect(paced([0, 0, 0, 0, 0, 0, 0])).toEqual([0, 0, 0, 0, 0, 1000, 1000]);
    expect(paced([0, 100, 200, 300, 400, 500, 1500])).toEqual([0, 100, 200, 300, 400, 1000, 1500]);
  });

  it("never lets more than five through in a second", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 60 }), (gaps) => {
        let time = 0;
        const reads = paced(gaps.map((gap) => (time += gap)));
        reads.forEach((read, index) => {
          const fifthBefore = reads[index - 5];
          if (fifthBefore !== undefined) expect(read - fifthBefore).toBeGreaterThanOrEqual(1000);
        });
      }),
    );
  });

  it("waits five seconds after the largest reply, and not at all after a small one", () => {
    const pace = new ReadPace();
    expect(pace.reserve(0)).toBe(0);
    pace.received(0, 10 * 1024 * 1024);
    expect(pace.reserve(100)).toBe(4900);
    pace.received(5000, 1024);
    expect(pace.reserve(5100)).toBe(0);
  });

  it("keeps to 2 MB a second in the long run", () => {
    const pace = new ReadPace();
    let now = 0;
    const bytes = 700_000;
    for (let read = 0; read < 100; read++) {
      now += pace.reserve(now);
      pace.received(now, bytes);
    }
    expect((99 * bytes) / (now / 1000)).toBeLessThanOrEqual(2 * 1024 * 1024 * 1.001);
    expect((99 * bytes) / (now / 1000)).toBeGreaterThan(2 * 1024 * 1024 * 0.99);
  });
});
