// The glyph of a kind of node, or of the theme: a drawing beside its word, which a screen reader skips.

const SHAPES = {
  identity: "M0-7a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM-8 9c0-5 4-7 8-7s8 2 8 7Z",
  business: "M-7 8V-4L0-9L7-4V8H2V2H-2V8Z",
  account: "M-8-6H8V8H-8ZM-8-2H8M-4 3H1",
  group:
    "M-3-6a3 3 0 1 1 0 6a3 3 0 1 1 0-6ZM-9 7c0-4 3-6 6-6s6 2 6 6ZM4-4a2.6 2.6 0 1 1 0 5M5 3c3 0 5 2 5 4",
  light:
    "M0-4a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM0-9V-7M0 7V9M-9 0H-7M7 0H9M-6.4-6.4L-5-5M5 5L6.4 6.4M-6.4 6.4L-5 5M5-5L6.4-6.4",
  dark: "M3-7.5A8 8 0 1 0 7.5 3A7 7 0 0 1 3-7.5Z",
  auto: "M0-8a8 8 0 1 1 0 16a8 8 0 1 1 0-16ZM0-8V8M2-7V7M4-6V6M6-4V4",
} as const;

export type Shape = keyof typeof SHAPES;

export function Glyph({ of }: { of: Shape | string }) {
  if (!Object.hasOwn(SHAPES, of)) return null;
  return (
    <svg class={`glyph ${of}`} viewBox="-12 -12 24 24" width="18" height="18" aria-hidden="true">
      <path d={SHAPES[of as Shape]} />
    </svg>
  );
}
