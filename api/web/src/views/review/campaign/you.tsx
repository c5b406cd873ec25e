// The name of the person who decides, where no token says it.
import type { Desk } from "../queue/desk";

interface Props {
  desk: Desk;
  words: string;
  /** Told that the name is typed. */
  done?(): void;
}

export function You({ desk, words, done }: Props) {
  return (
    <label class="reviewer">
      <span>{words}</span>
      <input
        placeholder="you@example.com"
        autocomplete="off"
        spellcheck={false}
        required
        maxLength={200}
        value={desk.you.value}
        onInput={(event) => {
          desk.you.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") done?.();
        }}
      />
    </label>
  );
}
