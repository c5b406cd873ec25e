// Who decides: the token's name, or what is typed; or why nobody can decide here.
import { word } from "../../../commands";
import type { Desk } from "../queue/desk";
import { You } from "./you";

export function Reviewer({ desk }: { desk: Desk }) {
  const told = desk.told.value;
  if (!told || told.signOff) return null;
  const { name, mayDecide } = told.reviewer;
  if (!mayDecide) {
    const who = "you@example.com";
    return (
      <div class="reader">
        <p>
          {name === null
            ? "Read only: this server was started without --allow-review."
            : `Read only: the server was started without --allow-review, or the token of ${name} lacks the scope review.`}{" "}
          Decide in a terminal:
        </p>
        <pre>{`inroads review work ${word(told.name)} --by ${who} --ledger FILE`}</pre>
      </div>
    );
  }
  if (name !== null) return <p class="soft">You decide as {name}.</p>;
  const list = () => document.querySelector<HTMLElement>(".items .rows")?.focus();
  return <You desk={desk} words="You are" done={list} />;
}
