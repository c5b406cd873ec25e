// The chips of an answer: each a part of the filter, with the rows it would leave.

import { link } from "../../../state/location";
import { count, low } from "../../../words";
import type { AnswerState } from "../answer_state";
import { type Part, toggled, wordsOf } from "../question/asked";
import type { Figures } from "../question/questions";

interface Chip {
  part: Part;
  word: string;
  label: string;
  number(figures: Figures): number;
}

const CHIPS: readonly Chip[] = [
  { part: "sure", word: "STATED", label: "stated", number: ({ stated }) => stated },
  { part: "sure", word: "INFERRED", label: "inferred", number: ({ inferred }) => inferred },
  { part: "state", word: "ACTIVE", label: "active", number: ({ active }) => active },
  { part: "state", word: "LATENT", label: "latent", number: ({ latent }) => latent },
  { part: "contested", word: "yes", label: "contested", number: ({ contested }) => contested },
];

export function Chips({ state }: { state: AnswerState }) {
  const figures = state.figures.value;
  const roles = (figures.role?.byRole ?? []).map(({ role }) => role);
  const chips = [
    ...CHIPS,
    ...[...new Set([...roles, ...state.asked.roles])].map((role) => ({
      part: "role" as const,
      word: role,
      label: low(role),
      number: ({ byRole }: Figures) => byRole.find((each) => each.role === role)?.count ?? 0,
    })),
  ];
  return (
    <nav class="chips" aria-label="Filter">
      {chips.map((chip) => (
        <ChipLink key={chip.part + chip.word} chip={chip} state={state} />
      ))}
    </nav>
  );
}

function ChipLink({ chip, state }: { chip: Chip; state: AnswerState }) {
  const { part, word, label } = chip;
  const figures = state.figures.value[part];
  const chosen = wordsOf(state.asked, part).includes(word);
  const number = figures && chip.number(figures);
  if (!chosen && !number) return null;
  return (
    <a
      class={`chip ${label}`}
      href={link(toggled(state.asked, part, word))}
      aria-current={chosen ? "true" : undefined}
    >
      {chosen && <span aria-hidden="true">✓ </span>}
      {label} {number !== undefined && <i>{count(number)}</i>}
    </a>
  );
}
