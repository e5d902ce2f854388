/** How many elements of an ascending array are at or below a bound: `isBelow` holds for those and no others. */
export function countBelow<T>(items: readonly T[], isBelow: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
