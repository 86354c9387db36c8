/** Rules that every implementation of the ports keeps alike: how names are ordered and matched, what an item may be. */
export { holds } from "./condition.js";
export { checkItem, copyItem, MAX_ITEM_BYTES } from "./item.js";
export { together } from "./together.js";
export { compareUtf8 } from "./utf8-order.js";
export { hasWildcard, segmentMatcher } from "./wildcard.js";
export { endsWithin } from "./within.js";
