// The lines of a socket, printed: for latency from one end to the other. args: MODE MASTER PORT BATCHES INTERVAL_MS; runs until killed.
import org.apache.spark.SparkConf;
import org.apache.spark.streaming.*;
import org.apache.spark.streaming.api.java.*;

public class SparkSocket {
  public static void main(String[] args) throws Exception {
    // Blocks shorter than a batch, or records would wait for the default of 200 ms; 50 ms is the least that Spark recommends.
    SparkConf conf = new SparkConf().setMaster(args[1]).setAppName("socket").set("spark.ui.enabled", "false")
        .set("spark.streaming.blockInterval", "50ms").set("spark.default.parallelism", System.getProperty("partitions", "2"));
    JavaStreamingContext ssc = new JavaStreamingContext(conf, Durations.milliseconds(Long.parseLong(args[4])));
    ssc.checkpoint(System.getProperty("java.io.tmpdir") + "/spark-socket-" + System.nanoTime());
    ssc.socketTextStream("127.0.0.1", Integer.parseInt(args[2])).print(1000);
    ssc.start();
    ssc.awaitTermination();
  }
}
