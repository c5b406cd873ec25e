// An explanation of words that opens on demand, for fingers too.
import { MEANINGS, type Word } from "../meanings";
import "./meanings.css";

export function Meanings({ of }: { of: readonly Word[] }) {
  const told = MEANINGS.filter(([word]) => of.includes(word));
  if (!told.length) return null;
  return (
    <details class="meanings">
      <summary>What do these words mean?</summary>
      <dl>
        {told.map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
