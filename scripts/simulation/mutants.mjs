// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patches quote sources, templates and all.
/**
 * The rules of the protocol, each taken away: a simulator that does not notice is worth nothing. A mutant is a patch of the
 * sources as they are bundled, so nothing of it is in what is shipped; one whose text is gone fails the build.
 *
 * `workloads`: where it can show. Seeds are taken from these in turn.
 */
const DRIVER = "shared/scheduler/driver.ts";
const BATCH = "shared/scheduler/batch.ts";
const HEAD = "shared/checkpoint/head.ts";
const NAMES = "shared/checkpoint/names.ts";
const READ_SHARD = "shared/executor/read-shard.ts";
/** A reader that does not ask whether the block is there. */
const NEVER_LOOKS_FOR_A_BLOCK = {
  file: READ_SHARD,
  find: "const existing = request.fresh ? undefined : await blocks.get(request.block);",
  replace: "const existing = undefined as Uint8Array | undefined;",
};
const STREAM_INPUT = "shared/scheduler/inputs/stream-input.ts";
const PAYLOAD = "shared/executor/payload.ts";
const RETENTION = "shared/scheduler/retention.ts";
const CHUNKS = "shared/state/chunks.ts";

export const mutants = [
  // --- The head --------------------------------------------------------------------------------------------------
  {
    name: "commit-without-condition",
    rule: "a commit is a compare-and-swap on token and predecessor",
    workloads: ["counts"],
    patches: [
      {
        file: HEAD,
        find: "return moveHead(table, job, { token: head.token, manifest: head.manifest }, { ...commit });",
        replace: "return moveHead(table, job, {}, { ...commit });",
      },
    ],
  },
  {
    name: "commit-on-token-only",
    rule: "a commit names its predecessor: a doubled or late one must not rewind the head",
    workloads: ["counts"],
    patches: [
      {
        file: HEAD,
        find: "return moveHead(table, job, { token: head.token, manifest: head.manifest }, { ...commit });",
        replace: "return moveHead(table, job, { token: head.token }, { ...commit });",
      },
    ],
  },
  {
    name: "fenced-goes-on",
    rule: "whoever's commit was refused stops",
    workloads: ["counts"],
    patches: [
      {
        file: HEAD,
        find: "if (item !== undefined && says(item, { ...when, ...set })) return toHead(item, job);",
        replace: "if (item !== undefined) return { ...toHead(item, job), ...set } as Head;",
      },
    ],
  },
  {
    name: "out-of-the-batch-itself",
    rule: "a commit says that the outputs of the batch before are done, not its own",
    workloads: ["counts"],
    patches: [{ file: DRIVER, find: "out: previous?.time ?? 0,", replace: "out: manifest.time," }],
  },
  // --- Inputs ----------------------------------------------------------------------------------------------------
  {
    name: "own-block-over-the-first",
    rule: "a block is claimed once, and whoever comes later adopts it",
    workloads: ["counts"],
    patches: [
      NEVER_LOOKS_FOR_A_BLOCK,
      {
        file: READ_SHARD,
        find: 'if ((await blocks.putIfAbsent(request.block, block)) === "created") return resultOf(environment, request, block);',
        replace:
          "await blocks.putIfAbsent(request.block, block);\n  if (block.byteLength > 0) return resultOf(environment, request, block);",
      },
    ],
  },
  {
    name: "block-replaced",
    rule: "a block that is there is never replaced",
    workloads: ["counts"],
    patches: [
      NEVER_LOOKS_FOR_A_BLOCK,
      {
        file: READ_SHARD,
        find: 'if ((await blocks.putIfAbsent(request.block, block)) === "created") return',
        replace:
          "await blocks.delete([request.block]);\n  await blocks.put(request.block, block);\n  if (block.byteLength > 0) return",
      },
    ],
  },
  {
    name: "child-read-early",
    rule: "a shard is read when all its parents have been read to their end",
    workloads: ["counts"],
    patches: [
      {
        file: STREAM_INPUT,
        find: 'shard.parents.every((parent) => position.shards[parent]?.next.type === "end")',
        replace: "shard.parents.length >= 0",
      },
      {
        file: STREAM_INPUT,
        find: "const shards = readableShards(position);\n  const read",
        replace:
          'const listed = await streams.listShards(input.stream);\n  for (const { shardId, parentShardIds } of listed)\n    if (position.shards[shardId] === undefined && parentShardIds.some((parent) => position.shards[parent] !== undefined))\n      (position.shards as Record<string, ShardPosition>)[shardId] = { next: { type: "trim-horizon" }, parents: parentShardIds, upTo: batch.now };\n  const shards = readableShards(position);\n  const read',
      },
    ],
  },
  {
    name: "unknown-parent-counts-as-read",
    rule: "a parent that has not been found yet has not been read",
    workloads: ["counts"],
    patches: [
      {
        file: STREAM_INPUT,
        find: 'shard.parents.every((parent) => position.shards[parent]?.next.type === "end")',
        replace: 'shard.parents.every((parent) => (position.shards[parent]?.next ?? { type: "end" }).type === "end")',
      },
    ],
  },
  {
    name: "child-at-latest",
    rule: "a child is read from its beginning",
    workloads: ["counts"],
    patches: [
      {
        file: READ_SHARD,
        find: '{ next: { type: "trim-horizon" as const }, parents: shard.parentShardIds, upTo },',
        replace:
          '{ next: { type: "at-timestamp" as const, timestamp: upTo + 5_000 }, parents: shard.parentShardIds, upTo },',
      },
    ],
  },
  {
    name: "expired-iterator-starts-over",
    rule: "after an expired iterator reading goes on after the last record read",
    workloads: ["counts"],
    patches: [
      {
        file: READ_SHARD,
        find: "iterator = await streams.getIterator(request.stream, request.shard, next);\n      continue;",
        replace:
          "iterator = await streams.getIterator(request.stream, request.shard, request.position.next as typeof next);\n      continue;",
      },
    ],
  },
  {
    name: "empty-is-the-end",
    rule: "a shard is at its end when the stream says so, not when a read brings nothing",
    workloads: ["counts"],
    patches: [
      {
        file: READ_SHARD,
        find: "const closed = due && reply.nextIterator === undefined;",
        replace:
          "const closed = due && (reply.nextIterator === undefined || (reply.records.length === 0 && behind > 0));",
      },
    ],
  },
  {
    name: "positions-not-from-the-manifest",
    rule: "where a batch starts comes from the manifest alone",
    workloads: ["counts"],
    patches: [
      {
        file: "shared/scheduler/start-positions.ts",
        find: "if (manifest?.positions[uid] !== undefined) continue;",
        replace: "if (manifest?.positions[uid] !== undefined && manifest.batches !== 4) continue;",
      },
      {
        file: "shared/checkpoint/plan-claim.ts",
        find: "return { ...plan.starts, ...previous?.positions };",
        replace: "return { ...previous?.positions, ...plan.starts };",
      },
    ],
  },
  // --- Versions --------------------------------------------------------------------------------------------------
  {
    name: "forgets-inputs-of-other-versions",
    rule: "an input that a version of the program lacks stands still",
    workloads: ["joins"],
    patches: [{ file: BATCH, find: "      ...previous?.positions,\n", replace: "" }],
  },
  {
    name: "forgets-outputs-of-other-versions",
    rule: "a version of the program that lacks an output which is owed does not start",
    workloads: ["joins"],
    patches: [
      {
        file: "shared/scheduler/recovery.ts",
        find: "if (head.out >= head.time) return;",
        replace: "if (head.out >= 0) return;",
      },
    ],
  },
  // --- State -----------------------------------------------------------------------------------------------------
  {
    name: "state-name-shared",
    rule: "a chunk of state has a name that only its execution can give",
    workloads: ["counts"],
    patches: [
      {
        file: CHUNKS,
        find: "const name = `st/${uid}/${storage.ids.next()}`;",
        replace: "const name = `st/${uid}/${bytes.byteLength}-${bytes[bytes.byteLength >> 1]}`;",
      },
    ],
  },
  {
    name: "cache-by-place",
    rule: "warm state is known by the name of its last chunk, not by its place",
    workloads: ["counts"],
    patches: [
      {
        file: "shared/state/state-cache.ts",
        find: "return warm?.tip === tip ? warm.partition : undefined;",
        replace: "return warm?.partition;",
      },
    ],
  },
  {
    name: "cache-not-taken-out",
    rule: "who changes warm state has it alone: what a failed task leaves half changed is never seen again",
    workloads: ["stages"],
    patches: [
      {
        file: "shared/state/state-cache.ts",
        find: "const warm = this.#warm.get(slot);\n    this.#warm.delete(slot);",
        replace: "const warm = this.#warm.get(slot);",
      },
    ],
  },
  {
    name: "window-cache-by-place",
    rule: "a warm window is known by the names of what is in it",
    workloads: ["windows"],
    patches: [
      {
        file: "shared/executor/task-window.ts",
        find: "known.every((name, i) => past[i]?.name === name) ? warm",
        replace: "known.length <= past.length ? warm",
      },
    ],
  },
  {
    name: "rescale-writes-changes-only",
    rule: "state that is cut anew is written whole",
    workloads: ["counts"],
    patches: [
      {
        file: "shared/executor/task-state.ts",
        find: "const chain = recut\n",
        replace: "const chain = recut && storage === undefined\n",
      },
    ],
  },
  // --- Names -----------------------------------------------------------------------------------------------------
  {
    name: "kept-name-shared",
    rule: "what an execution keeps for later batches has a name that only it can give",
    workloads: ["windows"],
    patches: [{ file: NAMES, find: "return `${job}/kept/${execution}`;", replace: "return `${job}/kept/x`;" }],
  },
  {
    name: "shuffle-name-shared",
    rule: "shuffle files have names that only their execution can give",
    workloads: ["joins"],
    patches: [
      {
        file: NAMES,
        find: "return `${job}/sh/${plan}/${execution}/${part}`;",
        replace: "return `${job}/sh/${plan}/x${execution.length * 0}/${part}`;",
      },
    ],
  },
  {
    name: "output-name-shared",
    rule: "what an output owes is stored under a name that only its execution can give",
    workloads: ["counts"],
    patches: [
      {
        file: NAMES,
        find: "return `${job}/out/${plan}/${execution}/${uid}/${partition}`;",
        replace: "return `${job}/out/${plan}/x${execution.length * 0}/${uid}/${partition}`;",
      },
    ],
  },
  // --- Outputs ---------------------------------------------------------------------------------------------------
  {
    name: "outputs-before-commit",
    rule: "outputs run after the commit",
    workloads: ["counts"],
    patches: [
      {
        file: DRIVER,
        find: "this.#head = await commitHead(",
        replace: "this.#startOutputs(manifest);\n    this.#head = await commitHead(",
      },
    ],
  },
  {
    name: "owed-outputs-forgotten",
    rule: "whoever takes over finishes the outputs that the newest batch owes",
    workloads: ["counts"],
    patches: [{ file: DRIVER, find: "await this.#finishOwedOutputs();", replace: "await Promise.resolve();" }],
  },
  {
    name: "commit-does-not-wait-for-outputs",
    rule: "a commit waits for the outputs of the batch before",
    workloads: ["counts"],
    patches: [
      {
        file: DRIVER,
        find: "await this.#outputs;\n      return { result",
        replace: "return { result",
      },
    ],
  },
  {
    name: "end-does-not-wait-for-outputs",
    rule: "a driver that ends says that outputs are done when they are",
    workloads: ["counts"],
    patches: [
      {
        file: DRIVER,
        find: "async #release(ended?: Ended): Promise<void> {\n    await this.#outputs;",
        replace: "async #release(ended?: Ended): Promise<void> {",
      },
    ],
  },
  {
    name: "token-of-the-attempt",
    rule: "an output's token is the same for all attempts",
    workloads: ["counts"],
    patches: [
      {
        file: "shared/scheduler/run-outputs.ts",
        find: "const token = `${environment.job}/${manifest.time}/${output.uid}`;",
        replace: "const token = `${environment.job}/${manifest.time}/${output.uid}/${environment.ids.next()}`;",
      },
    ],
  },
  {
    name: "output-given-up",
    rule: "an output that fails is tried again until it is done",
    workloads: ["counts"],
    patches: [
      {
        file: "shared/scheduler/run-outputs.ts",
        find: 'const hopeless = error instanceof SluiceError && error.retry === "never";',
        replace:
          'const hopeless = error instanceof SluiceError && error.retry === "never";\n      if (attempt > 0) return {};',
      },
    ],
  },
  {
    name: "drained-whatever-the-operator-says",
    rule: "what the operator has said since is not overwritten",
    workloads: ["poison"],
    patches: [
      {
        file: HEAD,
        find: 'await table.update(headKey(job), { desired: "stop" }, { desired: "drain" });',
        replace: 'await table.update(headKey(job), { desired: "stop" }, {});',
      },
      {
        file: DRIVER,
        find: 'if (ended === "stopped" && this.#head.desired === "drain") await',
        replace: 'if (ended === "stopped" && head.desired === "drain") await',
      },
    ],
  },
  // --- Forgetting ------------------------------------------------------------------------------------------------
  {
    name: "forgets-live-state",
    rule: "a chunk that the next manifest names is not dropped",
    workloads: ["counts"],
    patches: [
      {
        file: BATCH,
        find: "const dropped = chunksOf(before).filter((chunk) => !live.has(chunk.name));",
        replace: "const dropped = chunksOf(before).filter((chunk) => live !== undefined || chunk);",
      },
    ],
  },
  {
    name: "forgets-live-windows",
    rule: "a kept RDD that the next manifest names is not dropped",
    workloads: ["windows"],
    patches: [
      {
        file: BATCH,
        find: "objects: [...objectsOfMemory(before)].filter((name) => !live.has(name))",
        replace: "objects: [...objectsOfMemory(before)].filter((name) => live !== undefined || name)",
      },
    ],
  },
  {
    name: "forgets-too-early",
    rule: "so many batches stay readable",
    workloads: ["counts"],
    patches: [
      {
        file: RETENTION,
        find: "while (this.#kept.length > this.#retain) {",
        replace: "while (this.#kept.length > this.#retain - 1) {",
      },
    ],
  },
  {
    name: "never-forgets",
    rule: "what has left the retained batches is deleted",
    workloads: ["counts"],
    patches: [
      {
        file: RETENTION,
        find: "while (this.#kept.length > this.#retain) {",
        replace: "while (this.#kept.length > this.#retain + 1000) {",
      },
    ],
  },
  {
    name: "sweeps-at-first-sight",
    rule: "what looks like garbage is only marked; it is deleted when the head has been replaced and it still does",
    workloads: ["counts"],
    patches: [
      {
        file: "shared/scheduler/sweep.ts",
        find: "const settled = marked.filter(({ manifest }) => manifest !== head?.manifest);",
        replace: "const settled = [await markGarbage(ports, job)];",
      },
      {
        file: "shared/scheduler/sweep.ts",
        find: "const items = settled.flatMap((mark) => mark.items).filter((name) => !live.items.has(name));",
        replace: "const items = settled.flatMap((mark) => mark.items);",
      },
      {
        file: "shared/scheduler/sweep.ts",
        find: "const objects = settled.flatMap((mark) => mark.objects).filter((name) => !live.objects.has(name));",
        replace: "const objects = settled.flatMap((mark) => mark.objects);",
      },
    ],
  },
  {
    name: "sweeps-by-the-head-before",
    rule: "what is live is asked of the head after everything has been listed, not before",
    workloads: ["counts", "stages"],
    patches: [
      {
        file: "shared/scheduler/sweep.ts",
        find: 'const items = (await ports.table.query(job, "")).map(({ key }) => key.sort);',
        replace:
          'const early = await readHead(ports.table, job);\n  const items = (await ports.table.query(job, "")).map(({ key }) => key.sort);',
      },
      {
        file: "shared/scheduler/sweep.ts",
        find: 'manifest: head?.manifest ?? "",\n    items: items',
        replace: 'manifest: early?.manifest ?? "",\n    items: items',
      },
      {
        file: "shared/scheduler/sweep.ts",
        find: 'const live = await reachableFrom(ports, job, head?.manifest ?? "");\n  const items = settled',
        replace: "const live = { items: new Set<string>(), objects: new Set<string>() };\n  const items = settled",
      },
    ],
  },
  {
    name: "retained-batches-not-live",
    rule: "what the retained batches need is live, not only what the newest needs",
    workloads: ["windows"],
    patches: [
      {
        file: "shared/scheduler/sweep.ts",
        find: "id = manifest?.previous;",
        replace: "id = undefined;",
      },
    ],
  },
  {
    name: "large-manifest-not-live",
    rule: "a manifest too large for an item is live as an object",
    workloads: ["counts"],
    patches: [
      {
        file: "shared/scheduler/sweep.ts",
        find: "live.objects.add(manifestObject(job, manifest.id));",
        replace: "",
      },
    ],
  },
  // --- Processes -------------------------------------------------------------------------------------------------
  {
    name: "leaves-calls-under-way",
    rule: "a handler that has returned has nothing under way",
    workloads: ["joins"],
    patches: [
      {
        file: "shared/rules/together.ts",
        find: "const ended = await Promise.allSettled(promises);",
        replace: "await Promise.all(promises);\n  const ended = await Promise.allSettled(promises);",
      },
    ],
  },
  {
    name: "given-up-attempts-left",
    rule: "a driver that ends waits for the attempts that it has given up",
    workloads: ["joins"],
    patches: [{ file: DRIVER, find: "await this.#environment.tasks.settled();", replace: "" }],
  },
  {
    name: "message-name-shared",
    rule: "a message that is too large to travel has a name that only its sender can give, once",
    workloads: ["joins"],
    patches: [
      {
        file: PAYLOAD,
        find: "const object = messageName(job, ids.next());",
        replace: "const object = messageName(job, `${bytes.length}`);",
      },
    ],
  },
  {
    name: "lost-executor-ends-the-driver-for-good",
    rule: "a task whose executor has died is run again",
    workloads: ["poison"],
    patches: [
      {
        file: "shared/scheduler/batch.ts",
        find: '"SLUICE_USER_CODE",',
        replace: '"SLUICE_USER_CODE",\n    "SLUICE_EXECUTOR_LOST",',
      },
      {
        file: "shared/scheduler/task-runner.ts",
        find: "if (lost >= MAX_LOST_ATTEMPTS) throw failure;",
        replace: "if (lost >= 1) throw failure;",
      },
    ],
  },
];
