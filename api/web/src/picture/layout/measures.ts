// The measures of a picture, in its own units: one unit is a pixel at a zoom of one.

/** The width and the height of a card. */
export const WIDE = 212;
export const HIGH = 46;
/** The room between two slots of a column. */
export const GAP = 14;
/** The room of one line where it meets the card at which its label lies. */
export const PORT = 24;
/** The height of a label, less than a PORT; and the most that it is wide. */
export const LABEL = 18;
export const WIDEST_LABEL = 150;
/** The length of an arrowhead. */
export const TIP = 8;
/** The room at either end of a label, on its straight piece. */
export const PAD = 14;
/** The height of a line that leads from a card to itself. */
export const LOOP = 26;
/** The height of a slot that a line passes through. */
export const PASS = 10;
