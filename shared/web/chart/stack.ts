/** How high the parts of a stacked bar are, in whole pixels. Pure. */

/** From its upper edge downwards. */
export interface Piece {
  readonly y: number;
  readonly height: number;
}

/** Between two parts, taken from the upper end of the lower one where it is high enough. */
const GAP = 1;
const SPARES_A_GAP = 3;

/**
 * Lowest part first. Each edge is where the sum of all below it lies, so that rounding never adds up and nothing stands above `height`.
 * Of a bar that is not empty at least a pixel is seen.
 *
 * @param top the value at the upper end of the axis, not below the sum of the parts.
 */
export function piecesOf(parts: readonly number[], top: number, height: number): readonly Piece[] {
  const edges = [height];
  let sum = 0;
  for (const part of parts) {
    sum += part;
    edges.push(Math.max(0, height - Math.round((sum / top) * height)));
  }
  if (sum > 0 && edges.at(-1) === height) return oneline(parts, height);
  return parts.map((_, i) => {
    const [below = height, y = height] = [edges[i], edges[i + 1]];
    const isCovered = edges.slice(i + 2).some((edge) => edge < y);
    const gap = isCovered && below - y >= SPARES_A_GAP ? GAP : 0;
    return { y: y + gap, height: below - y - gap };
  });
}

/** The largest part gets the one pixel. */
function oneline(parts: readonly number[], height: number): readonly Piece[] {
  const largest = parts.indexOf(Math.max(...parts));
  return parts.map((_, i) => (i === largest ? { y: height - 1, height: 1 } : { y: height, height: 0 }));
}
