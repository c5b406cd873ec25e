// The legend of a picture: only what is in it.
import type { Word } from "../meanings";
import type { Line, Scene } from "../picture/scene";
import { Meanings } from "./meanings";

interface Entry {
  name: string;
  words: string;
  /** The word whose meaning is told. */
  means?: Word;
  shows(line: Line): boolean;
}

const ENTRIES: readonly Entry[] = [
  {
    name: "stated",
    words: "stated by records",
    means: "stated",
    shows: (each) => each.certainty === "STATED",
  },
  {
    name: "inferred",
    words: "inferred by rule",
    means: "inferred",
    shows: (each) => each.certainty === "INFERRED",
  },
  {
    name: "associated",
    words: "associated",
    means: "associated",
    shows: (each) => each.certainty === "ASSOCIATED",
  },
  { name: "latent", words: "latent", means: "latent", shows: (each) => each.latent ?? false },
  {
    name: "contested",
    words: "≠ contested",
    means: "contested",
    shows: (each) => each.contested ?? false,
  },
  { name: "cut", words: "✂ in the cut", means: "in the cut", shows: (each) => each.cut ?? false },
  { name: "ended", words: "ended", shows: (each) => each.ended ?? false },
];

export function Legend({ scene }: { scene: Scene }) {
  const latent = scene.spots.some((each) => each.latent);
  const shown = ENTRIES.filter(
    ({ name, shows }) => scene.lines.some(shows) || (name === "latent" && latent),
  );
  return (
    <>
      <ul class="legend" aria-label="Legend">
        {shown.map(({ name, words }) => (
          <li key={name} class={`key-${name}`}>
            <svg width="30" height="12" viewBox="0 0 30 12" aria-hidden="true">
              <path d="M1 6H29" />
              {name === "contested" && <path class="between" d="M1 6H29" />}
              {name === "ended" && <path class="strike" d="M8 2L22 10" />}
            </svg>
            {words}
          </li>
        ))}
      </ul>
      <Meanings of={shown.flatMap(({ means }) => means ?? [])} />
    </>
  );
}
