// Sluice as everybody has it: the built package, a program's file, a checkpoint directory.
import { loadProgram, StreamingContext } from "../../dist/index.js";

export async function open({ program, master, checkpointDirectory, extras }) {
  const { app, bundle } = await loadProgram(program);
  const ssc = await StreamingContext.getOrCreate(app, { master, checkpointDirectory }, { ...extras, bundle });
  return { start: () => ssc.start(), ended: () => ssc.awaitTermination() };
}
