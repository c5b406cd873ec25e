// The progress of a campaign as a bar, with the same in words beside it.
import { inWords, type Progress, partsOf } from "./progress";

export function Bar({ progress }: { progress: Progress }) {
  return (
    <div class="progress">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        {partsOf(progress).map(({ name, start, width }) => (
          <rect key={name} class={name} x={start} y="0" width={width} height="6" />
        ))}
      </svg>
      <span>{inWords(progress)}</span>
    </div>
  );
}
