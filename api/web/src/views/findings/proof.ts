// Where the proof of a finding is: the access of a person to a place that are both its subjects.
import { kindOf } from "../../words";

/** The ends of the access; null where the subjects name none, or more than one. */
export function proofOf(subjects: readonly string[]): { who: string; to: string } | null {
  const people = subjects.filter((each) => kindOf(each) === "identity");
  const places = subjects.filter((each) => ["business", "account"].includes(kindOf(each)));
  const [who, to] = [people[0], places[0]];
  return who && to && people.length === 1 && places.length === 1 ? { who, to } : null;
}
