/** What the examples of docstrings stand on without showing it. */

/** Wherever streams are at hand. */
export const streamsGiven = `
declare const app: StreamingApp;
declare const ssc: StreamingContext;
declare const lines: DStream<string>;
declare const words: DStream<string>;
declare const numbers: DStream<number>;
declare const ones: DStream<[string, number]>;
declare const counts: DStream<[string, number]>;
declare const stream: DStream<[string, number]>;
declare const messages: DStream<[user: string, text: string]>;
declare const clicks: DStream<[user: string, page: string]>;
declare const readings: DStream<{ readonly value: number }>;
declare const a: DStream<string>, b: DStream<string>, c: DStream<string>;
declare const from: Time, to: Time, time: Time;
declare const stopWords: ReadonlySet<string>;
declare const rules: Broadcast<object>;
declare const decoder: SocketDecoder<number>;
declare const database: { upsertOnce(token: string, rows: readonly unknown[]): Promise<void> };
declare const gauge: { set(value: number): void };
declare const build: (ssc: StreamingContext) => void;
declare function loadRules(): Promise<object>;
declare function track(word: string, one: number | undefined, state: State<number>): string;
declare class Ticks extends Receiver<number> { onStart(): void; onStop(): void }
interface Click { readonly page: string }
`;

/** In RDD, where the same names mean the RDDs of one batch. */
export const rddsGiven = `
declare const rdd: RDD<string>;
declare const lines: RDD<string>;
declare const words: RDD<string>;
declare const ones: RDD<[string, number]>;
declare const counts: RDD<[string, number]>;
declare const stream: DStream<[string, number]>;
declare const users: RDD<string>, knownUsers: RDD<string>;
declare const events: RDD<string>, rules: RDD<string>;
declare const clicks: RDD<[user: string, page: string]>;
declare const orders: RDD<[user: string, amount: number]>, returns: RDD<[user: string, amount: number]>;
declare const scores: RDD<[string, number]>;
declare const readings: RDD<[sensor: string, value: number]>;
declare const latencies: RDD<number>;
declare const time: Time;
declare const database: { upsertOnce(token: string, rows: readonly unknown[]): Promise<void> };
declare function matches(event: string, rule: string): boolean;
`;
