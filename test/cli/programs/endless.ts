/** An input with more than can be drained in the time that a stop may take. */
import { milliseconds, streamingApp } from "sluice";

const options = { batchDuration: milliseconds(50), gracefulStopTimeout: milliseconds(200) };

export default streamingApp("endless", options, (ssc) => {
  const far = Array.from({ length: 100_000 }, () => ["tick"]);
  ssc.queueStream(far).print();
});
