import { type Law, must } from "../law.js";

/** I1: each committed manifest replaced its predecessor; times grow; the token never falls. */
export function chain(): Law {
  return {
    headMoved(before, after) {
      if (before === undefined) return;
      must(after.token >= before.token, "I1", () => `the token fell from ${before.token} to ${after.token}`);
      must(after.time >= before.time, "I1", () => `the head went back from ${before.time} to ${after.time}`);
      must(after.out >= before.out, "I1", () => `outputs done went back from ${before.out} to ${after.out}`);
      must(
        after.out <= after.time,
        "I1",
        () => `outputs are done up to ${after.out}, batches only up to ${after.time}`,
      );
    },
    committed({ manifest, head, before, previous }) {
      const name = `manifest ${manifest.id} of batch ${manifest.time}`;
      must(manifest.previous === (before.manifest || undefined), "I1", () => {
        return `${name} follows ${manifest.previous}, but replaced ${before.manifest}`;
      });
      must(manifest.time === head.time, "I1", () => `${name}: the head says batch ${head.time}`);
      must(manifest.time > before.time, "I1", () => `${name} is not after batch ${before.time}`);
      must(manifest.batches === (previous?.batches ?? 0) + 1, "I1", () => {
        return `${name} is number ${manifest.batches} after number ${previous?.batches}`;
      });
    },
  };
}
