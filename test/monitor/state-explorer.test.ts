import { graphView, NotKept, StateExplorer } from "../../shared/monitor/index.js";
import { StateSpec } from "../../shared/streaming/index.js";
import { graphOf, program, World } from "../engine/world.js";

const app = program((ssc) => {
  const pairs = ssc.queueStream<unknown>([["a", 1, "a"], ["a", [1, "x"]], [12n]]).mapToPair((key) => [key, 1]);
  pairs
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals", numPartitions: 3 })
    .print();
  const count = StateSpec.function<unknown, number, number, number>((_key, one, state) => {
    state.update((state.getOption() ?? 0) + (one ?? 0));
    return state.get();
  });
  pairs.mapWithState(count, { name: "mapped" }).print();
});

async function explorer(batches = 3): Promise<{ world: World; state: StateExplorer }> {
  const world = new World();
  await world.run(app, { batches });
  return { world, state: new StateExplorer({ storage: world, appName: "test", graph: graphView(graphOf(app)) }) };
}

describe("StateExplorer", () => {
  it("finds a key and its value, now and as of a batch", async () => {
    const { state } = await explorer();
    const { batches, operators } = await state.overview();
    expect(batches).toHaveLength(3);
    expect(operators).toMatchObject([
      { uid: "totals", kind: "updateStateByKey", keys: 4, partitions: { length: 3 } },
      { uid: "mapped", kind: "mapWithState", keys: 4 },
    ]);
    expect(await state.key("totals", "a")).toMatchObject({ found: true, key: '"a"', value: "3", batch: batches[0] });
    expect(await state.key("totals", "a", batches[2])).toMatchObject({ found: true, value: "2" });
    expect(await state.key("mapped", "a")).toMatchObject({ found: true, value: "3" });
  });

  it.each([
    ["1", "1"],
    ['[1,"x"]', '[1,"x"]'],
    ["12n", '"12n"'],
    ['"a"', '"a"'],
  ])("understands the key %s", async (text, key) => {
    const { state } = await explorer();
    expect(await state.key("totals", text)).toMatchObject({ found: true, key });
  });

  it("says when a key is not there, and where it would be", async () => {
    const { state } = await explorer();
    const missing = await state.key("totals", "nobody");
    expect(missing).toMatchObject({ found: false, key: '"nobody"' });
    expect(missing.partition).toBeGreaterThanOrEqual(0);
  });

  it("lists the biggest, and those that contain a text", async () => {
    const { state } = await explorer();
    const { keys, scanned, truncated } = await state.biggest("totals");
    expect([scanned, truncated]).toEqual([4, false]);
    expect(keys.map(({ bytes }) => bytes)).toEqual([...keys.map(({ bytes }) => bytes)].sort((a, b) => b - a));
    expect((await state.search("totals", "X")).keys.map(({ key }) => key)).toEqual(['[1,"x"]']);
  });

  it("knows nothing of batches and operators that are not there", async () => {
    const { state } = await explorer();
    await expect(state.overview(17)).rejects.toThrow(NotKept);
    await expect(state.key("nobody", "a")).rejects.toThrow("there is: totals, mapped");
    const nothing = new StateExplorer({ storage: new World(), appName: "test", graph: { version: 1, nodes: [] } });
    await expect(nothing.overview()).rejects.toThrow("Nothing has been committed yet.");
  });

  it("changes nothing", async () => {
    const { world, state } = await explorer();
    const before = await world.blocks.list("");
    const items = JSON.stringify((await world.table.query("job-test", "")).map(({ key }) => key));
    await state.biggest("totals");
    await state.key("totals", "nobody");
    expect(await world.blocks.list("")).toEqual(before);
    expect(JSON.stringify((await world.table.query("job-test", "")).map(({ key }) => key))).toBe(items);
  });
});
