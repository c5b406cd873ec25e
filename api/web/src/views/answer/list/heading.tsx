// The head of an answer: how many there are, and of what.
import { FindingsAbout } from "../../../components/findings_about";
import { fresh, link } from "../../../state/location";
import { bareName, count, kindOf, many } from "../../../words";
import type { AnswerState } from "../answer_state";
import { CLEARED, filtering } from "../question/asked";
import { isInverse } from "../question/questions";

export function Heading({ state }: { state: AnswerState }) {
  const head = state.head.value;
  const { asked } = state;
  const name = head?.node.label ?? bareName(asked.id);
  const inverse = isInverse(asked);
  const sentence = inverse ? (
    <>
      can reach <b>{name}</b>
    </>
  ) : (
    <>
      that <b>{name}</b> can reach
    </>
  );
  if (!head)
    return (
      <>
        <h2>…</h2>
        <p class="of">{sentence}</p>
      </>
    );
  const [one, more] = inverse ? PEOPLE : PLACES;
  const words = many(head.total, one, more);
  const whole = head.coverage.complete && !head.truncated;
  const bound = whole || head.total === 0 ? "" : "at least ";
  const all = state.whole.value;
  return (
    <>
      <h2>
        {bound}
        {words}
      </h2>
      <p class="of">{sentence}</p>
      {head.node.observed === false && !inverse && (
        <p class="of">No document of their own was read.</p>
      )}
      {filtering(asked).length > 0 && (
        <p class="of">
          {all !== null && <>of {count(all)} without the filter · </>}
          <a href={link(CLEARED)}>Clear the filter</a>
        </p>
      )}
      <FindingsAbout key={asked.id} id={asked.id} />
      <p>
        <a href={fresh({ view: "changes", who: asked.id })}>
          Changes of this {inverse ? kindOf(asked.id) : "person"}
        </a>
      </p>
    </>
  );
}

const PEOPLE = ["person", "people"] as const;
const PLACES = ["place", "places"] as const;
