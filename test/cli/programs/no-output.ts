/** Has nothing to execute. */
import { seconds, streamingApp } from "sluice";

export default streamingApp("no-output", { batchDuration: seconds(1) }, (ssc) => {
  ssc.queueStream([["a"]]).map((text) => text.length);
});
