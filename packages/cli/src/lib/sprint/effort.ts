const longestDuration = 40;
const unit = '(?:m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)';
const amount = '\\d{1,5}(?:[.,]\\d{1,3})?';
const part = `${amount}\\+?(?: ?${unit})?(?: ?(?:-|–|—|to|/) ?${amount})? ?${unit}`;
const duration = new RegExp(
  `^(?:~|≈|<|est\\.?|estimate:?|estimated:?|approx\\.?|about)? ?${part}(?:[ ,]+${part})?(?: (?:est\\.?|estimated|actual|total))?$`,
  'i',
);

/** Whether text says how long something takes: `4h`, `30m`, `2-3 hours`, `1 day`; not `Phase 1` or `8 points`. */
export function isDuration(text: string): boolean {
  return text.length <= longestDuration && duration.test(text);
}
