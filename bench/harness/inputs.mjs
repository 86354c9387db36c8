// What both sides read. Made once, kept in the temporary directory; the same bytes every time.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const home = join(process.env.TMPDIR ?? tmpdir(), "sluice-bench-inputs");

/** No files: both sides make ten lines a batch themselves. */
export const tiny = () => "tiny";

/** Two million words a file with a vocabulary of 100,000, as words are in texts (Zipf's law). */
export function text(quick) {
  const [files, lines, vocabulary] = quick ? [2, 2_000, 1_000] : [10, 200_000, 100_000];
  return made(`text-${files}-${lines}-${vocabulary}`, (directory) => {
    const script = fileURLToPath(new URL("../spark/make-text", import.meta.url));
    const { status } = spawnSync("python3", [script, directory, files, lines, vocabulary].map(String));
    if (status !== 0) writeText(directory, files, lines, vocabulary);
  });
}

/** The first file has a million keys once each; every other one has another hundredth of them. */
export function millionKeys(quick) {
  const keys = quick ? 10_000 : 1_000_000;
  const touched = keys / 100;
  return made(`keys-${keys}`, (directory) => {
    write(
      directory,
      0,
      range(keys, (i) => `k${i.toString(36)}`),
    );
    for (let file = 1; file <= 30; file++) {
      // 7919 is prime: no two files have the same keys.
      write(
        directory,
        file,
        range(touched, (i) => `k${((i * 100 + file * 7919) % keys).toString(36)}`),
      );
    }
  });
}

/** A thousand times a thousand records of eight bytes, so that equal cuts of the file are partitions of a thousand records. */
export function thousandTimesThousand(quick) {
  const partitions = quick ? 100 : 1_000;
  return made(`records-${partitions}`, (directory) => {
    for (let file = 0; file < 2; file++) {
      const words = range(partitions * 1_000, (i) => `w${String((i * 7 + file) % 100).padStart(6, "0")}`);
      write(directory, file, words, 1);
    }
  });
}

/** Made aside and moved in place, so that half of it is never taken for all. */
function made(name, make) {
  const directory = join(home, name);
  if (existsSync(directory)) return directory;
  const aside = `${directory}-${process.pid}`;
  mkdirSync(aside, { recursive: true });
  process.stderr.write(`making ${name} ...\n`);
  make(aside);
  try {
    renameSync(aside, directory);
  } catch {
    // Another run was faster.
    rmSync(aside, { recursive: true });
  }
  return directory;
}

const range = (n, make) => Array.from({ length: n }, (_, i) => make(i));

function write(directory, file, words, wordsPerLine = 10) {
  const lines = [];
  for (let i = 0; i < words.length; i += wordsPerLine) lines.push(`${words.slice(i, i + wordsPerLine).join(" ")}\n`);
  writeFileSync(join(directory, `part-${String(file).padStart(4, "0")}.txt`), lines.join(""));
}

/** The same kind of text where there is no Python; its checksums differ. */
function writeText(directory, files, lines, vocabulary) {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  // Zipf's law: the rank of a word is about the vocabulary to the power of a uniform number.
  const word = () => `w${((Math.floor(vocabulary ** random()) * 2654435761) % 2 ** 32).toString(16)}`;
  for (let file = 0; file < files; file++) write(directory, file, range(lines * 10, word));
}
