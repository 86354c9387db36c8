/** From a case's pipeline to calls of the public API. */
import { milliseconds } from "../../shared/index.js";
import type { Duration, Time } from "../../shared/time/index.js";
import type { Branch, Step } from "./case.js";
import { type CompiledFunction, compile } from "./compile.js";
import { type Context, type Stream, stateSpec, type WindowOptions } from "./untyped-api.js";

/** What a pipeline is built in: the context and the case's streams by name. */
export interface Scope {
  readonly ssc: Context;
  readonly sources: Readonly<Partial<Record<Branch["input"], Stream>>>;
}

interface Operation {
  /** The fields it reads, besides `op`. */
  readonly fields: readonly (keyof Step)[];
  readonly apply: (stream: Stream, step: Step, scope: Scope) => Stream;
}

/** The stream that comes out of `pipeline`. The context's own operations, which name their streams, leave `start` aside. */
export function applyPipeline(start: Stream, pipeline: readonly Step[], scope: Scope): Stream {
  return pipeline.reduce((stream, step) => operation(step).apply(stream, step, scope), start);
}

/** The branch's source with its pipeline applied. */
export function buildBranch({ input, pipeline }: Branch, scope: Scope): Stream {
  const source = scope.sources[input];
  if (!source) throw new Error(`The case has no ${input}.`);
  return applyPipeline(source, pipeline, scope);
}

function operation(step: Step): Operation {
  const found = OPERATIONS[step.op];
  if (!found) throw new Error(`Unknown operation ${step.op}: add it to OPERATIONS.`);
  const unread = Object.keys(step).filter((field) => field !== "op" && !found.fields.includes(field as keyof Step));
  if (unread.length > 0) throw new Error(`Operation ${step.op} does not read ${unread.join(", ")}.`);
  return found;
}

const plain = (apply: (stream: Stream) => Stream): Operation => ({ fields: [], apply });

const withFunction = (apply: (stream: Stream, f: CompiledFunction) => Stream): Operation => ({
  fields: ["fn"],
  apply: (stream, { fn }) => apply(stream, compile(fn)),
});

const withOther = (apply: (stream: Stream, other: Stream) => Stream): Operation => ({
  fields: ["other"],
  apply: (stream, step, scope) => apply(stream, buildBranch(given(step, "other"), scope)),
});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  map: withFunction((stream, f) => stream.map(f)),
  flatMap: withFunction((stream, f) => stream.flatMap(f)),
  filter: withFunction((stream, f) => stream.filter(f)),
  glom: plain((stream) => stream.glom()),
  mapPartitions: withFunction((stream, f) => stream.mapPartitions(f)),
  mapToPair: withFunction((stream, f) => stream.mapToPair(f)),
  mapValues: withFunction((stream, f) => stream.mapValues(f)),
  flatMapValues: withFunction((stream, f) => stream.flatMapValues(f)),
  count: plain((stream) => stream.count()),
  countByValue: plain((stream) => stream.countByValue()),
  reduce: withFunction((stream, f) => stream.reduce(f)),
  reduceByKey: withFunction((stream, f) => stream.reduceByKey(f)),
  groupByKey: plain((stream) => stream.groupByKey()),
  combineByKey: {
    fields: ["create", "mergeValue", "mergeCombiners"],
    apply: (stream, { create, mergeValue, mergeCombiners }) =>
      stream.combineByKey(compile(create), compile(mergeValue), compile(mergeCombiners)),
  },
  repartition: {
    fields: ["numPartitions"],
    apply: (stream, step) => stream.repartition(given(step, "numPartitions")),
  },

  union: withOther((stream, other) => stream.union(other)),
  join: withOther((stream, other) => stream.join(other)),
  leftOuterJoin: withOther((stream, other) => stream.leftOuterJoin(other)),
  rightOuterJoin: withOther((stream, other) => stream.rightOuterJoin(other)),
  fullOuterJoin: withOther((stream, other) => stream.fullOuterJoin(other)),
  cogroup: withOther((stream, other) => stream.cogroup(other)),

  transform: withFunction((stream, f) => stream.transform(f)),
  transformWith: {
    fields: ["other", "fn"],
    apply: (stream, step, scope) => stream.transformWith(buildBranch(given(step, "other"), scope), compile(step.fn)),
  },
  ctxUnion: {
    fields: ["streams"],
    apply: (_, step, scope) => scope.ssc.union(branches(step, scope)),
  },
  ctxTransform: {
    fields: ["streams", "fn"],
    apply: (_, step, scope) => scope.ssc.transform(branches(step, scope), compile(step.fn)),
  },

  updateStateByKey: {
    fields: ["form", "fn", "initial"],
    apply: (stream, { form, fn, initial }) =>
      stream.updateStateByKey(updateFunction(form, compile(fn)), initial ? { initialState: initial } : {}),
  },
  checkpoint: {
    fields: ["intervalMs"],
    apply: (stream, step) => stream.checkpoint(milliseconds(given(step, "intervalMs"))),
  },

  window: {
    fields: ["windowMs", "slideMs"],
    apply: (stream, step) => stream.window(...windowOf(step)),
  },
  groupByKeyAndWindow: {
    fields: ["windowMs", "slideMs"],
    apply: (stream, step) => stream.groupByKeyAndWindow(...windowOf(step)),
  },
  countByWindow: {
    fields: ["windowMs", "slideMs"],
    apply: (stream, step) => stream.countByWindow(windowOf(step)[0], slideOf(step)),
  },
  countByValueAndWindow: {
    fields: ["windowMs", "slideMs"],
    apply: (stream, step) => stream.countByValueAndWindow(windowOf(step)[0], slideOf(step)),
  },
  reduceByWindow: {
    fields: ["fn", "invFn", "windowMs", "slideMs"],
    apply: (stream, step) =>
      stream.reduceByWindow(compile(step.fn), windowOf(step)[0], slideOf(step), windowOptions(step)),
  },
  reduceByKeyAndWindow: {
    fields: ["fn", "invFn", "filterFn", "windowMs", "slideMs"],
    apply: (stream, step) => {
      const [window, slide] = windowOf(step);
      return stream.reduceByKeyAndWindow(compile(step.fn), window, slide, windowOptions(step));
    },
  },

  mapWithState: {
    fields: ["form", "fn", "initial", "timeoutMs", "checkpointMs"],
    apply: (stream, { form, fn, initial, timeoutMs, checkpointMs }) => {
      let spec = stateSpec(mappingFunction(form, compile(fn)));
      if (initial) spec = spec.initialState(initial);
      if (timeoutMs !== undefined) spec = spec.timeout(milliseconds(timeoutMs));
      const mapped = stream.mapWithState(spec);
      // In place: snapshots are taken from the mapped stream, whatever checkpoint returns.
      if (checkpointMs !== undefined) mapped.checkpoint(milliseconds(checkpointMs));
      return mapped;
    },
  },
  stateSnapshots: plain((stream) => stream.stateSnapshots()),
};

/** Every operation a row can have: those of pipelines, and slices. */
export const KNOWN_OPERATIONS: readonly string[] = [...Object.keys(OPERATIONS), "slice"];

/** Sluice's functions get values and state first; a row may name another order. */
function updateFunction(form: string | undefined, f: CompiledFunction): CompiledFunction {
  if (form === "values-state") return f;
  if (form === "time-key-values-state") {
    return (values: unknown, state: unknown, key: unknown, time: Time) => f(time.milliseconds, key, values, state);
  }
  throw new Error(`Unknown form of updateStateByKey: ${form}.`);
}

function mappingFunction(form: string | undefined, f: CompiledFunction): CompiledFunction {
  if (form === "simple") return f;
  if (form === "advanced") {
    return (key: unknown, value: unknown, state: unknown, time: Time) => f(time.milliseconds, key, value, state);
  }
  throw new Error(`Unknown form of mapWithState: ${form}.`);
}

function branches(step: Step, scope: Scope): readonly Stream[] {
  return given(step, "streams").map((branch) => buildBranch(branch, scope));
}

function windowOf(step: Step): [window: Duration, slide?: Duration] {
  const window = milliseconds(given(step, "windowMs"));
  return step.slideMs === undefined ? [window] : [window, milliseconds(step.slideMs)];
}

function slideOf(step: Step): Duration {
  return milliseconds(given(step, "slideMs"));
}

function windowOptions({ invFn, filterFn }: Step): WindowOptions {
  return {
    ...(invFn !== undefined && { inverse: compile(invFn) }),
    ...(filterFn !== undefined && { filter: compile(filterFn) }),
  };
}

function given<F extends keyof Step>(step: Step, field: F): NonNullable<Step[F]> {
  const value = step[field];
  if (value === undefined || value === null) throw new Error(`Operation ${step.op} needs ${field}.`);
  return value as NonNullable<Step[F]>;
}
