/** Receivers of a deployed application. */
import { receiverInputs, runReceivers } from "../../shared/aws/index.js";
import { IllegalArgumentError } from "../../shared/errors/index.js";
import { Receiver } from "../../shared/index.js";
import { observe, program, type Seen, World } from "../engine/world.js";

/** Stores what it is given, in turns. */
class Words extends Receiver<string> {
  stopped = 0;

  constructor(private readonly words: readonly string[]) {
    super();
  }

  onStart(): void {
    void this.feed();
  }

  onStop(): void {
    this.stopped += 1;
  }

  private async feed(): Promise<void> {
    for (const word of this.words) await this.store(word);
  }
}

function twoReceivers(seen: Seen<string> = new Map()) {
  const made: Words[] = [];
  const make = (words: readonly string[]) => () => {
    const receiver = new Words(words);
    made.push(receiver);
    return receiver;
  };
  const app = program((ssc) => {
    const left = ssc.receiverStream(make(["a", "b", "c"]), { name: "left" });
    ssc.kinesisStream("produced").print();
    const right = ssc.receiverStream(make(["x"]), { name: "right" });
    observe(ssc, left.union(right), seen);
  });
  return { app, made };
}

describe("the receivers of a deployed application", () => {
  it("are found in its graph, under the names of their streams", () => {
    expect(receiverInputs(twoReceivers().app)).toMatchObject([
      { uid: "left", streamId: 0, stream: "test.left" },
      { uid: "right", streamId: 2, stream: "test.right" },
    ]);
  });

  it("put what they receive into their streams, where batches find it, until they are told to stop", async () => {
    const world = new World();
    const seen: Seen<string> = new Map();
    const { app, made } = twoReceivers(seen);
    await world.streams.create("produced", 1);
    const stop = new AbortController();
    const events: string[] = [];
    const receiving = runReceivers(app, world.ports, {
      signal: stop.signal,
      onEvent: ({ type, receiver }) => void events.push(`${type} ${receiver.stream}`),
    });
    await world.clock.sleep(100);
    stop.abort();
    await receiving;
    expect(made.map(({ stopped }) => stopped)).toEqual([1, 1]);
    expect(events.sort()).toEqual([
      "started test.left",
      "started test.right",
      "stopped test.left",
      "stopped test.right",
    ]);
    await world.run(app, { batches: 1 });
    expect([...seen.values()].flat()).toEqual(["a", "b", "c", "x"]);
  });

  it("do not keep the host when one of them does not stop", async () => {
    const world = new World();
    class Hanging extends Receiver<string> {
      onStart(): void {}
      onStop(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const app = program((ssc) => ssc.receiverStream(() => new Hanging()).print());
    await runReceivers(app, world.ports, { signal: AbortSignal.timeout(50) });
    expect(world.console.logged.at(-1)?.message).toContain("did not stop in time");
  });

  it("cannot be run where there are none", async () => {
    const world = new World();
    const app = program((ssc) => ssc.kinesisStream("lines").print());
    await expect(runReceivers(app, world.ports, { signal: AbortSignal.abort() })).rejects.toThrow(IllegalArgumentError);
  });

  it("are stopped when one of them cannot be made", async () => {
    const world = new World();
    const { app: fine, made } = twoReceivers();
    const app = program((ssc) => {
      fine.build(ssc);
      ssc
        .receiverStream((): Receiver<string> => {
          throw new Error("no configuration");
        })
        .print();
    });
    await expect(runReceivers(app, world.ports, { signal: new AbortController().signal })).rejects.toThrow(
      "no configuration",
    );
    expect(made).toHaveLength(2);
  });
});
