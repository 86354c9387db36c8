// What a batch of the word count costs on AWS: requests, bytes and round trips, counted on emulators; see bench/aws-cost/.
// usage: node bench/aws-cost.mjs [--shards 1,10,100] [--batches 6]
import "../test/support/typescript-loader.mjs";

const { main } = await import("./aws-cost/main.ts");
await main(process.argv.slice(2));
process.exit();
