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
 * Lowest part first. Each edge is where the sum of all below it lies, so that rounding never adds up; but of what there is at all a pixel
 * is seen: a few failures among a million answers are what one looks for.
 *
 * @param top the value at the upper end of the axis, not below the sum of the parts.
 * @param height nothing stands above it. At least as many pixels as there are parts.
 */
export function piecesOf(parts: readonly number[], top: number, height: number): readonly Piece[] {
  const edges = edgesOf(parts, top, height);
  return parts.map((_, i) => {
    const [below = height, y = height] = [edges[i], edges[i + 1]];
    const isCovered = edges.slice(i + 2).some((edge) => edge < y);
    const gap = isCovered && below - y >= SPARES_A_GAP ? GAP : 0;
    return { y: y + gap, height: below - y - gap };
  });
}

/** From the floor on, upwards: one more than there are parts. */
function edgesOf(parts: readonly number[], top: number, height: number): readonly number[] {
  const edges = [height];
  let sum = 0;
  for (const part of parts) {
    sum += part;
    const floor = edges.at(-1) ?? height;
    edges.push(Math.min(height - Math.round((sum / top) * height), part > 0 ? floor - 1 : floor));
  }
  // Pixels that were given to small parts may have pushed the uppermost too far.
  let least = 0;
  for (let i = parts.length; i > 0; i -= 1) {
    edges[i] = Math.max(edges[i] ?? 0, least);
    least = (edges[i] ?? 0) + ((parts[i - 1] ?? 0) > 0 ? 1 : 0);
  }
  return edges;
}
