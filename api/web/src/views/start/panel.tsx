// A part of the start view with a question of its own, so that what fails or is slow costs itself alone.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Trouble } from "../../components/trouble";
import type { Question } from "../../state/question";

interface Props<Answer> {
  title: string;
  question: Question<Answer>;
  /** The words while the answer is awaited. */
  wait?: string;
  /** The command that answers the same without the limits of a server. */
  command?: string;
  children(answer: Answer): ComponentChildren;
}

export function Panel<Answer>({ title, question, wait, command, children }: Props<Answer>) {
  const { answer, problem, busy } = question.state.value;
  const heading = useId();
  return (
    <section class="start-panel" aria-labelledby={heading} aria-busy={busy}>
      <h3 id={heading}>{title}</h3>
      {answer !== null && children(answer)}
      {answer === null && problem === null && <p class="start-waiting">{wait ?? "Asking…"}</p>}
      {problem && <Trouble problem={problem} again={question.again} />}
      {problem?.code === "DEADLINE" && command && (
        <p class="start-instead">
          <code>{command}</code>
        </p>
      )}
    </section>
  );
}
