// The glyph of a kind of node, or of the theme: a drawing beside its word, which a screen reader skips.
import { GLYPHS } from "../glyphs";

const SHAPES = {
  ...GLYPHS,
  light:
    "M0-4a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM0-9V-7M0 7V9M-9 0H-7M7 0H9M-6.4-6.4L-5-5M5 5L6.4 6.4M-6.4 6.4L-5 5M5-5L6.4-6.4",
  dark: "M3-7.5A8 8 0 1 0 7.5 3A7 7 0 0 1 3-7.5Z",
  auto: "M0-8a8 8 0 1 1 0 16a8 8 0 1 1 0-16ZM0-8V8M2-7V7M4-6V6M6-4V4",
} as const;

export function Glyph({ of }: { of: string }) {
  if (!Object.hasOwn(SHAPES, of)) return null;
  return (
    <svg class={`glyph ${of}`} viewBox="-12 -12 24 24" width="18" height="18" aria-hidden="true">
      <path d={SHAPES[of as keyof typeof SHAPES]} />
    </svg>
  );
}
