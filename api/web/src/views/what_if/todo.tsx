// What is to be done in the service, in order; to copy as a checklist.
import { Copy } from "../../components/copy";
import { visible } from "../../visible";
import { count } from "../../words";
import { type Removed, tasksOf, todoText } from "./todo_text";

/** Tasks that are listed before the rest is opened. */
const FEW = 10;

export function Todo({
  removed,
  notes,
}: {
  removed: readonly Removed[];
  notes: readonly string[];
}) {
  const tasks = tasksOf(removed);
  const rest = tasks.slice(FEW);
  const item = (task: (typeof tasks)[number]) => (
    <li key={task.key}>
      <b>{visible(task.record)}</b>: {visible(task.action)}
      <small>
        {visible(task.source)} <code>{visible(task.pointer)}</code>
        {task.destroy && (
          <>
            ; its own link, never called: <code>{visible(task.destroy)}</code>
          </>
        )}
      </small>
    </li>
  );
  return (
    <section aria-label="To do in the service">
      <h3>To do in the service</h3>
      <p class="soft">Inroads changes nothing there. Every record must go, in this order:</p>
      <ol class="todo">{tasks.slice(0, FEW).map(item)}</ol>
      {rest.length > 0 && (
        <details>
          <summary>… {count(rest.length)} more</summary>
          <ol class="todo" start={FEW + 1}>
            {rest.map(item)}
          </ol>
        </details>
      )}
      {notes.map((note) => (
        <p key={note} class="mind">
          {visible(note)}
        </p>
      ))}
      {notes.length > 0 && (
        <p class="soft">
          Of the grants that a note names, only those above are counted. To see what ends with
          another one, remove it by its record too.
        </p>
      )}
      <p class="actions">
        <Copy text={() => todoText(removed, notes, globalThis.location.href)}>
          Copy as a checklist
        </Copy>
      </p>
    </section>
  );
}
