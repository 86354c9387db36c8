/**
 * Results of tasks travel in the reply up to this size, bytes, and through the block store beyond it. A PUT and a GET cost
 * 5.4 millionths of a dollar and two round trips; to pass 32 KB through the scheduler takes it a millisecond, but shuffles of
 * hundreds of tasks with more would keep it from scheduling. What an output is to send ends up in the manifest,
 * where a KB costs 0.6 millionths: another reason not to take more.
 */
export const INLINE_BYTES = 32 * 1024;

/**
 * The same for a shard's records that an executor has read, bytes. Every request of the batch carries the records of all
 * shards that are inline: those of a hundred shards then make 400 KB, and no more.
 */
export const READ_INLINE_BYTES = 4 * 1024;
