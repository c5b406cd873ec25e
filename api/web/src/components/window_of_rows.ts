// The arithmetic of a long list: which pixel of it is at the top of its window.

export interface View {
  count: number;
  /** The height of a row. */
  height: number;
  /** The height of the window. */
  high: number;
}

/** The tallest element that every browser draws; a longer list moves by more than it is scrolled. */
const TALLEST = 8_000_000;

/** The height of the element that is scrolled. */
export const tall = ({ count, height }: View): number => Math.min(count * height, TALLEST);

/** The pixel of the list at the top of the window that is scrolled to `top`. */
export function reached(view: View, top: number): number {
  const [whole, drawn] = [view.count * view.height, tall(view)];
  if (whole === drawn || drawn <= view.high) return top;
  return (top / (drawn - view.high)) * (whole - view.high);
}

/** Where to scroll, so that a row is in sight; `top` itself if it is. */
export function scrolled(view: View, top: number, row: number): number {
  const start = reached(view, top);
  const [above, below] = [row * view.height, (row + 1) * view.height - view.high];
  const wanted = above < start ? above : Math.max(below, start);
  if (wanted === start) return top;
  const [whole, drawn] = [view.count * view.height, tall(view)];
  if (whole === drawn) return wanted;
  return (wanted / (whole - view.high)) * (drawn - view.high);
}
