/** Fails on one record, some seconds after it began, so that somebody can be looking. */
import { milliseconds, streamingApp } from "sluice";

interface Sale {
  readonly page: string;
  readonly price: string;
}

function parsePrice({ price }: Sale): number {
  if (price.includes(",")) throw new TypeError(`${price} is no price`);
  return Number(price);
}

const good: Sale = { page: "/home", price: "1.50" };
const bad: Sale = { page: "/cart", price: "12,50" };
const batches = Array.from({ length: 30 }, (_, i) => (i === 20 ? [good, bad] : [good, good]));

export default streamingApp("failing-sales", { batchDuration: milliseconds(200) }, (ssc) => {
  ssc
    .queueStream(batches, { numPartitions: 1 })
    .map((sale) => parsePrice(sale), { name: "prices" })
    .print();
});
