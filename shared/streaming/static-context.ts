import { FileNotFoundError, IllegalArgumentError } from "../errors/index.js";
import { build, checkPartitions, type PartitionSource, RDD, StaticRDD } from "../rdd/index.js";
import { Duration } from "../time/index.js";
import type { GraphBuilder, OperatorOptions } from "./graph-builder.js";

/** Options of static data that is read from files. */
export interface StaticFileOptions extends OperatorOptions {
  /**
   * When the files are looked for again: never while the application runs, or after so much time. What has changed is read
   * then, at the beginning of a batch. @defaultValue `"never"`
   */
  readonly refresh?: "never" | Duration;
  /** Of text: least number of partitions that a large file is cut into. @defaultValue 1 */
  readonly minPartitions?: number;
}

/** Makes RDDs of data that does not come from a stream. Source: Spark's SparkContext. */
export class StaticContext {
  readonly #builder: GraphBuilder;

  /** @internal Got as `ssc.context`. */
  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  /**
   * Values of the program, cut into so many partitions (element list of length L at floor(i·L/n)).
   * @example
   * const stopWords = ssc.context.parallelize(["a", "the"]).map((word) => [word, true] as [string, boolean]);
   */
  parallelize<T>(values: readonly T[], numPartitions = 1): StaticRDD<T> {
    const n = checkPartitions(numPartitions);
    const copy = [...values];
    const at = (i: number): number => Math.floor((i * copy.length) / n);
    const sources = Array.from(
      { length: n },
      (_, i): PartitionSource => ({ type: "values", values: copy.slice(at(i), at(i + 1)) }),
    );
    return new StaticRDD<T>((session) => new RDD<T>(build.source(session, "parallelize", sources), session));
  }

  /**
   * The lines of a file, or of the files of a directory (which may contain `*`; names that begin with "." or "_" are left
   * out), in UTF-8. Every executor reads them once and keeps them in memory. Replace files by moving new ones in.
   * The batch fails when there is no file.
   */
  textFile(path: string, options: StaticFileOptions = {}): StaticRDD<string> {
    return this.#files("textFile", path, "text", options);
  }

  /** The elements of object files, which `saveAsObjectFile(s)` wrote: of a file, or of a directory as {@link textFile}. */
  objectFile<T>(path: string, options: Omit<StaticFileOptions, "minPartitions"> = {}): StaticRDD<T> {
    return this.#files("objectFile", path, "objects", options);
  }

  #files<T>(kind: string, path: string, format: "text" | "objects", options: StaticFileOptions): StaticRDD<T> {
    if (typeof path !== "string" || path === "") {
      throw new IllegalArgumentError(`${kind} needs the path of a file or directory.`);
    }
    const { refresh = "never", minPartitions = 1 } = options;
    if (refresh !== "never" && !(refresh instanceof Duration && refresh.milliseconds > 0)) {
      throw new IllegalArgumentError(
        `refresh must be "never" or a positive duration such as minutes(5), not ${String(refresh)}.`,
      );
    }
    const name = this.#builder.addStatic(kind, options, {
      path,
      format,
      minPartitions: checkPartitions(minPartitions),
      refresh: refresh === "never" ? undefined : refresh.milliseconds,
    });
    return new StaticRDD<T>((session) => {
      const sources = session.staticSources(name);
      if (sources === undefined) throw new FileNotFoundError(path);
      return new RDD<T>(build.source(session, kind, sources), session);
    });
  }
}
