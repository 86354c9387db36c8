import { Layout } from "../format.js";
import type { ByteReader } from "../reader.js";
import { ByteStringsCursor } from "./bytes.js";
import { ConstantCursor } from "./constant.js";
import type { ColumnCursor } from "./cursor.js";
import { GenericCursor } from "./generic.js";
import { ListsCursor } from "./lists.js";
import { Float64Cursor, Int32Cursor, Uint8Cursor, Uint16Cursor } from "./numbers.js";
import { RecordsCursor } from "./records.js";
import { StringsCursor } from "./strings.js";
import { TuplesCursor } from "./tuples.js";

/** The cursor for the layout that the next byte names. */
export function openColumn(from: ByteReader, count: number): ColumnCursor {
  const layout = from.uint8();
  switch (layout) {
    case Layout.generic:
      return new GenericCursor(from, count);
    case Layout.constant:
      return new ConstantCursor(from, count);
    case Layout.uint8:
      return new Uint8Cursor(from, count);
    case Layout.uint16:
      return new Uint16Cursor(from, count);
    case Layout.int32:
      return new Int32Cursor(from, count);
    case Layout.float64:
      return new Float64Cursor(from, count);
    case Layout.strings:
      return new StringsCursor(from, count);
    case Layout.bytes:
      return new ByteStringsCursor(from, count);
    case Layout.lists:
      return new ListsCursor(from, count, openColumn);
    case Layout.tuples:
      return new TuplesCursor(from, count, openColumn);
    case Layout.records:
      return new RecordsCursor(from, count, openColumn);
    default:
      throw from.corrupt(`there is no column layout ${layout}`);
  }
}
