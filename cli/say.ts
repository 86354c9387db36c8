/** Says something to whoever runs the command: on standard error, because standard output is for results. */
export function say(line: string): void {
  process.stderr.write(`sluice: ${line}\n`);
}
