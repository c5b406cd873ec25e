// The outlines of the kinds of nodes, around the middle of a square of 24.
import type { Kind } from "./picture/scene";

export const GLYPHS: Readonly<Record<Kind, string>> = {
  identity: "M0-7a4 4 0 1 1 0 8a4 4 0 1 1 0-8ZM-8 8.5c0-4.5 4-6 8-6s8 1.5 8 6",
  business: "M-7 8V-3L0-8L7-3V8ZM-2.5 8V2H2.5V8",
  account: "M-8-6H8V7H-8ZM-8-2H8M-4.5 3H.5",
  group:
    "M-3-7a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 1 1 0-6.4ZM-9 7c0-4 3-5.5 6-5.5s6 1.5 6 5.5M4-6a2.8 2.8 0 0 1 0 5.4M5.5 2c2.5 0.3 4 2 4 5",
  more: "M-6 0h.01M0 0h.01M6 0h.01",
};
