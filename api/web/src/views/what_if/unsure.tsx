// What a what-if cannot know: who was not observed may be affected, too.
import { CoverageLine } from "../../components/coverage";
import type { WhatIf } from "./rows";

export function Unsure({ answer }: { answer: WhatIf }) {
  return (
    <section aria-label="What we do not know">
      <h3>What we do not know</h3>
      {answer.truncated && (
        <p class="mind">Some access has more paths than were looked at: it may stand after this.</p>
      )}
      <p>
        {answer.coverage.complete
          ? "Every person and business that is named was observed."
          : "Nobody knows what was not observed: others may lose something, too."}
      </p>
      <CoverageLine coverage={answer.coverage} />
    </section>
  );
}
