/** Reads a port that there cannot be. */
import { seconds, streamingApp } from "sluice";

export default streamingApp("bad-port", { batchDuration: seconds(1) }, (ssc) => {
  ssc.socketTextStream("127.0.0.1", 99_999).print();
});
