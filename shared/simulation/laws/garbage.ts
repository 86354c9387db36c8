import { type Law, must } from "../law.js";

/** I9: nothing that one of the newest `retain` manifests needs is ever deleted. */
export function nothingNeededIsDeleted(retain: number): Law {
  const newest: { readonly id: string; readonly names: ReadonlySet<string> }[] = [];
  return {
    committed({ manifest, names, missing }) {
      // What happens after the batch is not written yet.
      const gone = missing.filter((name) => !name.startsWith("item:after/"));
      must(gone.length === 0, "I9", () => `committed manifest ${manifest.id} names ${gone.join(", ")}, not there`);
      newest.push({ id: manifest.id, names });
      if (newest.length > retain) newest.shift();
    },
    deleted(names) {
      for (const name of names) {
        const owner = newest.find((manifest) => manifest.names.has(name));
        must(owner === undefined, "I9", () => `${name} was deleted, but manifest ${owner?.id} needs it`);
      }
    },
  };
}

/** I11: without faults, what is stored is what the retained manifests need; a fault leaves so much garbage and no more. */
export function storageStaysSmall(retain: number): Law {
  const newest: ReadonlySet<string>[] = [];
  return {
    committed({ names }) {
      newest.push(names);
      if (newest.length > retain) newest.shift();
    },
    ended({ names, faults }) {
      const needed = new Set(newest.flatMap((some) => [...some]));
      const garbage = names.filter((name) => !needed.has(name));
      must(garbage.length <= GARBAGE_OF_A_RUN + faults * GARBAGE_OF_A_FAULT, "I11", () => {
        return `${faults} faults have left ${garbage.length} names behind: ${garbage.slice(0, 10).join(", ")}, …`;
      });
    },
  };
}

/** What the batch that runs when the simulation ends has stored. */
const GARBAGE_OF_A_RUN = 30;
const GARBAGE_OF_A_FAULT = 40;
