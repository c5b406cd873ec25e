// A button that asks for more of a list, and says how much of it is there.
import { count } from "../words";

interface Props {
  /** What it is a list of. */
  of?: string;
  shown: number;
  total: number;
  more(): void;
}

export function ShowMore({ of = "", shown, total, more }: Props) {
  return (
    <button type="button" onClick={more}>
      Show more{of && ` ${of}`}: {count(shown)} of {count(total)} are shown
    </button>
  );
}
