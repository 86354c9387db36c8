// The lines of a socket, printed: for latency from one end to the other. BENCH_PORT; BENCH_INTERVAL milliseconds.
import { milliseconds, streamingApp } from "sluice";

const { BENCH_PORT = "9999", BENCH_INTERVAL = "100" } = process.env;

export default streamingApp("bench-lines", { batchDuration: milliseconds(Number(BENCH_INTERVAL)) }, (ssc) => {
  ssc.socketTextStream("127.0.0.1", Number(BENCH_PORT)).print(1_000);
});
