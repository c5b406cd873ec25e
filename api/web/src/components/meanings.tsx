// An explanation of words that opens on demand, for fingers too.
import { MEANINGS, type Word } from "../meanings";
import "./meanings.css";

export function Meanings({ of }: { of: readonly Word[] }) {
  const told = MEANINGS.filter(([word]) => of.includes(word));
  if (!told.length) return null;
  const words = told.map(([word]) => `“${word}”`);
  const named =
    words.length > 1 && words.length < 4
      ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`
      : "these words";
  return (
    <details class="meanings">
      <summary>What do {named} mean?</summary>
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
