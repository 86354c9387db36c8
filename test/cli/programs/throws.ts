/** Throws while it builds its graph. */
import { type StreamingContext, seconds, streamingApp } from "sluice";

function linesOf(_ssc: StreamingContext): never {
  throw new TypeError("no lines today");
}

export default streamingApp("throws", { batchDuration: seconds(1) }, (ssc) => {
  linesOf(ssc);
});
