// A button that saves the rows that are shown as a file.
import { csv } from "../csv";

interface Props {
  /** The name of the file, without its ending. */
  name: string;
  header: readonly string[];
  /** The rows as they are shown, made when they are wanted. */
  rows(): readonly (readonly string[])[];
}

export function SaveCsv({ name, header, rows }: Props) {
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(header, rows())], { type: "text/csv" }));
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // after the browser has taken it
  };
  return (
    <button type="button" class="quiet" onClick={save}>
      CSV of what is shown
    </button>
  );
}
