import { expect, it } from "vitest";
import { countMark, countWords } from "./count";

it.each([
  [9_999, "9,999", "9,999"],
  [10_000, "10,000+", "10,000 o más"],
  [10_400, "10,000+", "10,000 o más"],
])("%i that may be more is not told as all there are", (n, mark, words) => {
  expect([countMark(n, 10_000), countWords(n, 10_000)]).toEqual([mark, words]);
});
