// The outcome of a run: how it went and what it cost, the errors with their places, and the answer.
import { useComputed } from "@preact/signals";
import { Trouble } from "../../../components/trouble";
import { count, many } from "../../../words";
import type { Place } from "../asking/operations";
import type { Response, ResponseError } from "../asking/run";
import { KEPT, type Outcome, type Session } from "../asking/session";
import { sheetOf } from "./lines";
import { SheetPane } from "./sheet_pane";

interface Props {
  session: Session;
  goto(place: Place): void;
}

export function Results({ session, goto }: Props) {
  const outcome = session.outcome.value;
  const value = useComputed(() => {
    const responses = session.outcome.value?.responses ?? [];
    return responses.length > 1 ? responses : responses[0];
  });
  const sheet = useComputed(() => (value.value === undefined ? null : sheetOf(value.value)));
  if (!outcome)
    return (
      <section class="results" aria-label="Answer">
        <p class="waiting">Run the question to see its answer here: Ctrl+Enter or ⌘+Enter.</p>
      </section>
    );
  const errors = outcome.responses[0]?.errors ?? [];
  return (
    <section class="results" aria-label="Answer">
      <p class="figures" role="status">
        {figures(outcome).join(" · ")}
      </p>
      {outcome.problem && <Trouble problem={outcome.problem} />}
      {outcome.places.map((place) => (
        <Where key={`${place.line}:${place.column}`} place={place} goto={goto} />
      ))}
      {errors.length > 0 && <Errors errors={errors} goto={goto} />}
      {sheet.value && <SheetPane sheet={sheet.value} />}
    </section>
  );
}

function Errors({ errors, goto }: { errors: readonly ResponseError[]; goto: Props["goto"] }) {
  const refused = errors.some(({ extensions }) => extensions?.code === "DOCUMENT_REQUIRED");
  return (
    <ul class="errors" role="alert">
      {errors.map((error, index) => (
        <li key={`${index} ${error.message}`}>
          {error.message} <code>{error.extensions?.code}</code>{" "}
          {error.path && <code>{error.path.join(".")}</code>}{" "}
          {error.locations?.map((place) => (
            <Where key={`${place.line}:${place.column}`} place={place} goto={goto} />
          ))}
        </li>
      ))}
      {refused && (
        <li>
          Only documents of the list can be asked here, exactly as they are; their variables are
          free.
        </li>
      )}
    </ul>
  );
}

function Where({ place, goto }: { place: Place; goto: Props["goto"] }) {
  return (
    <button type="button" class="quiet place" onClick={() => goto(place)}>
      line {place.line}, column {place.column}
    </button>
  );
}

/** How a run went, in a few figures. */
export function figures(outcome: Outcome): string[] {
  const { state, heard, bytes, milliseconds, responses } = outcome;
  const failed = responses[0]?.errors?.length ?? 0;
  const words = { running: "Running", stopped: "Stopped", done: "Done" };
  const found = [failed ? many(failed, "error", "errors") : words[state]];
  if (heard > 1)
    found.push(`${heard > KEPT ? `the last ${KEPT} of ` : ""}${many(heard, "event", "events")}`);
  if (heard > 0 || state === "done") found.push(`${count(Math.round(milliseconds))} ms`);
  if (heard > 0) found.push(`${count(Math.ceil(bytes / 1_000))} kB`);
  return [...found, ...costs(responses[0])];
}

function costs(response: Response | undefined): string[] {
  const cost = response?.extensions?.cost;
  if (!cost) return [];
  const { requested, actual, maximum, throttle } = cost;
  const spent = actual === undefined ? "" : `, ${many(actual, "field", "fields")} in the answer`;
  const found = [`cost ${count(requested)} of at most ${count(maximum)}${spent}`];
  if (throttle?.remaining !== undefined)
    found.push(`${count(throttle.remaining)} left for this minute`);
  return found;
}
