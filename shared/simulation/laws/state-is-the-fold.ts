import { type CommittedBatch, type Law, must } from "../law.js";
import type { StateValue } from "../workload.js";

/** I4: state is the fold of the program's function over all records read so far, each once and in the order of its key. */
export function stateIsTheFold(): Law {
  return {
    committed({ manifest, state, expected }) {
      for (const [uid, byKey] of Object.entries(expected.state ?? {})) {
        const entries = state[uid] ?? [];
        const seen = new Set<string>();
        for (const [key, value] of entries) {
          const name = `state of ${uid} for key ${String(key)} after batch ${manifest.time}`;
          must(!seen.has(String(key)), "I4", () => `${name} is there twice`);
          seen.add(String(key));
          const is = JSON.stringify(stateOf(value).value);
          const should = JSON.stringify(byKey.get(String(key)));
          must(is === should, "I4", () => `${name} is ${is} and must be ${should}`);
        }
        for (const key of byKey.keys()) {
          must(seen.has(key), "I4", () => `state of ${uid} for key ${key} is missing after batch ${manifest.time}`);
        }
      }
      for (const [name, total] of Object.entries(expected.totals ?? {})) {
        const is = manifest.shared.accumulators[name];
        must(JSON.stringify(is) === JSON.stringify(total), "I4", () => {
          return `accumulator ${name} is ${is} after batch ${manifest.time} and must be ${total}`;
        });
      }
    },
  };
}

/** I5 for windows: an element that is in several batches, with a nonce that it got in the first, has the same one in all. */
export function elementsAreFrozen(): Law {
  const nonces = new Map<string, string>();
  return {
    committed({ manifest, outputs }) {
      for (const [uid, partitions] of Object.entries(outputs)) {
        if (!uid.startsWith("frozen")) continue;
        for (const [element, nonce] of partitions.flat() as [string, string][]) {
          const known = nonces.get(`${uid}/${element}`) ?? nonce;
          nonces.set(`${uid}/${element}`, known);
          must(nonce === known, "I5", () => {
            return `${element} in ${uid} has changed: nonce ${nonce} in batch ${manifest.time}, ${known} before`;
          });
        }
      }
    },
  };
}

type Keyed = ReadonlyMap<string, StateValue>;

/**
 * I5: committed state does not change, although the program's function gives another nonce each time it is asked: what a
 * batch changed was made from the committed state before it, and what it did not change is the same to the letter.
 */
export function stateIsFrozen(): Law {
  const before = new Map<string, Keyed>();
  return {
    committed(batch) {
      for (const uid of Object.keys(batch.expected.state ?? {})) {
        const known = before.get(uid) ?? new Map<string, StateValue>();
        const now = keyed(batch, uid);
        for (const [key, state] of now) {
          const name = `state of ${uid} for key ${key} after batch ${batch.manifest.time}`;
          const old = known.get(key);
          const isSame = old !== undefined && old.nonce === state.nonce;
          if (isSame) {
            must(JSON.stringify(old.value) === JSON.stringify(state.value), "I5", () => `${name} has changed in place`);
          } else {
            must(state.from === (old?.nonce ?? 0), "I5", () => {
              return `${name} was made from a state (nonce ${state.from}) that is not the committed one (${old?.nonce ?? 0})`;
            });
          }
        }
        before.set(uid, now);
      }
    },
  };
}

function keyed({ state }: CommittedBatch, uid: string): Keyed {
  return new Map((state[uid] ?? []).map(([key, value]) => [String(key), stateOf(value)]));
}

/** `mapWithState` stores states with the time of their last change. */
function stateOf(stored: unknown): StateValue {
  return (Array.isArray(stored) ? stored[0] : stored) as StateValue;
}
