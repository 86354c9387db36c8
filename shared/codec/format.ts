/**
 * The numbers of the byte format, as docs/format.md specifies them. They are written into stored data: a number, once
 * given, keeps its meaning for ever; new kinds of values get new numbers and raise {@link FORMAT_VERSION}.
 */

/** The version that is written. Readers accept it and everything older. */
export const FORMAT_VERSION = 1;

/** First byte of a single value. */
export const VALUE_MAGIC = 0xd5;
/** First byte of a column. */
export const COLUMN_MAGIC = 0xdc;

/** What follows the header of a value: the ranges 0x00, 0x80, 0xa0, 0xb0 carry a small number in the tag itself. */
export const Tag = {
  /** 0x00 to 0x7f: the integers 0 to 127. */
  smallInt: 0x00,
  /** 0x80 to 0x9f: a Latin-1 string of 0 to 31 characters. */
  shortString: 0x80,
  /** 0xa0 to 0xaf: an array of 0 to 15 elements. */
  shortArray: 0xa0,
  /** 0xb0 to 0xbf: a plain object of 0 to 15 properties. */
  shortObject: 0xb0,
  undefined: 0xc0,
  null: 0xc1,
  false: 0xc2,
  true: 0xc3,
  int32: 0xc4,
  float64: 0xc5,
  bigint64: 0xc6,
  positiveBigint: 0xc7,
  negativeBigint: 0xc8,
  latin1: 0xc9,
  utf8: 0xca,
  utf16: 0xcb,
  date: 0xcc,
  bytes: 0xcd,
  typedArray: 0xce,
  array: 0xcf,
  map: 0xd0,
  set: 0xd1,
  object: 0xd2,
  nullObject: 0xd3,
  instance: 0xd4,
} as const;

/** How the values of a column are laid out. */
export const Layout = {
  generic: 0,
  constant: 1,
  uint8: 2,
  uint16: 3,
  int32: 4,
  float64: 5,
  strings: 6,
  bytes: 7,
  lists: 8,
  tuples: 9,
  records: 10,
} as const;

/** Values may nest this deep: deep enough for data, shallow enough never to overflow the stack of a Lambda or worker. */
export const MAX_DEPTH = 500;

/** Columns may nest this deep; what is deeper is written value by value. */
export const MAX_COLUMN_DEPTH = 16;

/** A column holds fewer values than this, as a JavaScript array does. */
export const MAX_COUNT = 2 ** 32;
