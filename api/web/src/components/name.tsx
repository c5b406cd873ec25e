// A name out of a document, kept apart from the text around it: names may be hostile, or of any script.
import { visible } from "../visible";
import { marked } from "./marked";

export function Name({ of, typed = "" }: { of: string; typed?: string }) {
  const [before, found, after] = marked(visible(of), typed);
  return (
    <bdi class="name">
      {before}
      {found && <mark>{found}</mark>}
      {after}
    </bdi>
  );
}
