/** Reads SequenceFiles as their specification says, independently of the code that writes them. */
export interface SequenceFile {
  readonly keyClass: string;
  readonly valueClass: string;
  readonly rows: readonly (readonly [unknown, unknown])[];
  /** Sync markers between records. */
  readonly syncs: number;
}

export function readSequenceFile(bytes: Uint8Array): SequenceFile {
  const file = Buffer.from(bytes);
  let at = 0;
  const take = (n: number): Buffer => {
    if (at + n > file.length) throw new Error(`the file ends at ${file.length}, before ${at + n}`);
    at += n;
    return file.subarray(at - n, at);
  };
  const vint = (from: Buffer, start: number): [value: number, next: number] => {
    const first = from.readInt8(start);
    if (first >= -112) return [first, start + 1];
    const size = -112 - first;
    let value = 0;
    for (let i = 1; i <= size; i++) value = value * 256 + (from[start + i] as number);
    return [value, start + 1 + size];
  };
  const textAt = (from: Buffer, start: number): [value: string, next: number] => {
    const [length, begin] = vint(from, start);
    return [from.toString("utf8", begin, begin + length), begin + length];
  };
  const text = (): string => {
    const [value, next] = textAt(file, at);
    at = next;
    return value;
  };

  expect(take(4)).toEqual(Buffer.from([0x53, 0x45, 0x51, 6]));
  const keyClass = text();
  const valueClass = text();
  expect([...take(2)]).toEqual([0, 0]); // neither records nor blocks are compressed
  expect(take(4).readInt32BE()).toBe(0); // no metadata
  const sync = take(16);

  const value = (className: string, from: Buffer): unknown => {
    switch (className.replace("org.apache.hadoop.io.", "")) {
      case "Text": {
        const [read, end] = textAt(from, 0);
        expect(end).toBe(from.length);
        return read;
      }
      case "LongWritable":
        expect(from).toHaveLength(8);
        return from.readBigInt64BE();
      case "DoubleWritable":
        expect(from).toHaveLength(8);
        return from.readDoubleBE();
      case "BooleanWritable":
        return from[0] === 1;
      case "BytesWritable":
        expect(from.readInt32BE()).toBe(from.length - 4);
        return new Uint8Array(from.subarray(4));
      case "NullWritable":
        expect(from).toHaveLength(0);
        return null;
      default:
        throw new Error(`unknown class ${className}`);
    }
  };

  const rows: [unknown, unknown][] = [];
  let syncs = 0;
  while (at < file.length) {
    const length = take(4).readInt32BE();
    if (length === -1) {
      expect(take(16)).toEqual(sync);
      syncs += 1;
      continue;
    }
    const keyLength = take(4).readInt32BE();
    const record = take(length);
    rows.push([value(keyClass, record.subarray(0, keyLength)), value(valueClass, record.subarray(keyLength))]);
  }
  return { keyClass, valueClass, rows, syncs };
}
