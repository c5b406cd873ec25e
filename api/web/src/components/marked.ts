// The place of what was typed in a name.

/** A text in three parts, of which the second is what was typed; in one where that is not there. */
export function marked(text: string, typed: string): string[] {
  const wanted = typed.toLowerCase();
  const folded = text.toLowerCase();
  // A letter whose small form is longer would shift every place behind it.
  if (!wanted || folded.length !== text.length) return [text];
  const found = folded.indexOf(wanted);
  if (found < 0) return [text];
  const end = found + wanted.length;
  return [text.slice(0, found), text.slice(found, end), text.slice(end)];
}
