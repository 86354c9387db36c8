import { batchLine } from "../../cli/monitor/lines.js";
import { EventParser } from "../../cli/monitor/parse-events.js";
import { fitted, padded, printable } from "../../cli/monitor/printable.js";
import { renderScreen } from "../../cli/monitor/screen.js";
import { MonitorState } from "../../cli/monitor/state.js";
import type { AppView, BatchSummary } from "../../shared/monitor/index.js";

const app: AppView = {
  version: 1,
  name: "words \u001b]0;gotcha\u0007",
  master: "local",
  state: "running",
  startedAt: 0,
  now: 90_000,
  batchDuration: 1000,
  batches: { completed: 90, failed: 1, waiting: 0, processing: 0, retained: 91 },
  records: 1234,
  processedRecords: 1234,
  inputRate: 13.7,
  schedulingDelay: 5,
  processingTime: 1200,
  totalDelay: 1205,
  lagMillis: 0,
  keepsUp: "no",
  cost: { total: 0.01, services: { s3: 0.01 } },
  costPerMonth: { total: 288, services: { s3: 288 } },
  costIsHypothetical: true,
  error: {
    name: "BatchFailedError",
    message: "Batch 7 ms failed\nthere",
    operator: "map-0",
    record: '"\u001b[31m"',
    causes: [],
  },
  receivers: [],
  rateLimits: {},
  printed: [],
  accumulators: {},
  config: [],
};

function batch(time: number, more: Partial<BatchSummary> = {}): BatchSummary {
  const counts = { records: 3, bytes: 30, inputRate: 3, lagMillis: 0, tasks: 2, failedAttempts: 0, hedges: 0 };
  const rest = { shuffleBytes: 0, stateKeys: 1, outputsDone: 1, outputs: 1 };
  const delays = { schedulingDelay: 1, processingTime: 20, totalDelay: 21 };
  return { time, status: "completed", submittedAt: time, ...counts, ...rest, ...delays, ...more };
}

describe("renderScreen", () => {
  const state = new MonitorState();
  state.take({ app, batches: Array.from({ length: 90 }, (_, i) => batch(i * 1000)) });
  state.take({ app, batches: [batch(90_000, { status: "failed", error: "it\u001b[2J broke" })] });

  it.each([
    [200, 60],
    [80, 24],
    [40, 10],
    [10, 3],
    [1, 1],
  ])("fits %d columns and %d rows", (columns, rows) => {
    const lines = renderScreen(state, "http://127.0.0.1:4040", { columns, rows }, false);
    expect(lines.length).toBeLessThanOrEqual(rows);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
  });

  it("answers whether it keeps up, what it costs and which record broke it", () => {
    const text = renderScreen(state, "here", { columns: 120, rows: 40 }, false).join("\n");
    expect(text).toContain("Falling behind. A batch takes 1.20 s of its 1 s interval (120 %).");
    expect(text).toContain("90 batches, 1 failed, 1,234 records");
    expect(text).toContain("$0.010 so far, $288.00 a month at this rate (it would on AWS)");
    expect(text).toMatch(/operator map-0, record "\\x1b\[31m"/);
    expect(text).toMatch(/failed .* it\\x1b\[2J broke/);
  });

  it("lets nothing of the program's steer the terminal", () => {
    for (const color of [true, false]) {
      const text = renderScreen(state, "here", { columns: 200, rows: 60 }, color).join("\n");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point.
      expect(text.replace(/\u001b\[\d+m/g, "")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
      if (!color) expect(text).not.toContain("\u001b");
    }
  });

  it("waits where nothing is known yet", () => {
    const lines = renderScreen(new MonitorState(), "there", { columns: 80, rows: 24 }, false);
    expect(lines).toEqual(["waiting for there", "q ends · there"]);
  });
});

describe("MonitorState", () => {
  it("tells each batch that ends once", () => {
    const state = new MonitorState();
    expect(state.take({ batches: [batch(1, { status: "processing" })] })).toEqual([]);
    expect(state.take({ batches: [batch(1)] }).map(({ time }) => time)).toEqual([1]);
    expect(state.take({ batches: [batch(1)] })).toEqual([]);
  });

  it("keeps the newest only", () => {
    const state = new MonitorState();
    state.take({ batches: Array.from({ length: 1000 }, (_, i) => batch(i)) });
    expect(state.batches).toHaveLength(200);
    expect(state.batches[0]?.time).toBe(999);
  });
});

describe("printable text", () => {
  it("shows control characters as what they are", () => {
    expect(printable("a\u001b[31m\r\n\tb\u009b\u202e")).toBe("a\\x1b[31m\\x0d⏎ b\\x9b\\x202e");
  });

  it("is cut by what it takes on the screen", () => {
    expect(fitted("日本語", 5)).toBe("日本");
    expect(padded("日本", 6)).toBe("日本  ");
    expect(padded("ab", 4, "start")).toBe("  ab");
    expect(padded("abcdef", 4)).toBe("abcd");
  });
});

describe("batchLine", () => {
  it("is one line whatever the error says", () => {
    const line = batchLine(batch(0, { status: "failed", error: "a\nb", lagMillis: 1500, cost: 0.00001 }));
    expect(line).toBe(
      "1970-01-01T00:00:00.000Z batch 0 failed: 3 records (3/s), delay 1 ms, processing 20 ms, total 21 ms, lag 1.50 s, $0.000010, a⏎b",
    );
  });
});

describe("EventParser", () => {
  it("puts events together from whatever pieces come", () => {
    const text = 'id: run-1\nevent: app\ndata: {"a":1}\n\n:\n\nevent: batches\ndata: [\ndata: ]\n\nevent: none\n\n';
    for (const size of [1, 2, 7, 1000]) {
      const parser = new EventParser();
      const events = [];
      for (let at = 0; at < text.length; at += size) events.push(...parser.push(text.slice(at, at + size)));
      expect(events).toEqual([
        { event: "app", data: '{"a":1}', id: "run-1" },
        { event: "batches", data: "[\n]", id: "run-1" },
      ]);
      expect(parser.lastId).toBe("run-1");
    }
  });
});
