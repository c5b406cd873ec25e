// The arithmetic of the two handles: from days to places, and what a key does.

export interface Scale {
  first: number;
  last: number;
  /** The width of the time line, in pixels. */
  width: number;
}

/** Where a day begins, from the left; `last + 1` is the right end. */
export const placeOf = (scale: Scale, day: number): number =>
  ((day - scale.first) / (scale.last + 1 - scale.first)) * scale.width;

/** The day that begins nearest to a place. */
export const dayAt = (scale: Scale, place: number): number =>
  held(
    Math.round(scale.first + (place / scale.width) * (scale.last + 1 - scale.first)),
    scale.first,
    scale.last + 1,
  );

/** A day after a key, between the least and the most; null for a key that moves nothing. */
export function moved(key: string, day: number, least: number, most: number): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: day - 1,
    ArrowDown: day - 1,
    ArrowRight: day + 1,
    ArrowUp: day + 1,
    PageDown: day - 7,
    PageUp: day + 7,
    Home: least,
    End: most,
  };
  const next = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return next === undefined ? null : held(next, least, most);
}

export const held = (day: number, least: number, most: number): number =>
  Math.max(least, Math.min(day, most));
