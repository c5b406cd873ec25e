// A button that saves the rows that are shown as a file; “Save all” is that of a whole list.
import { csv } from "../csv";
import { save } from "../save";

interface Props {
  /** The name of the file, without its ending. */
  name: string;
  header: readonly string[];
  /** The rows as they are shown, made when they are wanted. */
  rows(): readonly (readonly string[])[];
}

export function SaveCsv({ name, header, rows }: Props) {
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => save(`${name}.csv`, "text/csv", csv(header, rows()))}
    >
      Save these rows (CSV)
    </button>
  );
}
