/** A receiver that does not stop within any time a test would wait. */
import { milliseconds, Receiver, seconds, streamingApp } from "sluice";

class Stubborn extends Receiver<number> {
  onStart(): void {
    void this.store(1);
  }

  async onStop(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, seconds(60).milliseconds));
  }
}

export default streamingApp("slow-stop", { batchDuration: milliseconds(50) }, (ssc) => {
  ssc.receiverStream(() => new Stubborn()).print();
});
