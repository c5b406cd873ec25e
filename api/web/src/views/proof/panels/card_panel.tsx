// What can be asked about a card that is picked in the picture.
import type { Spot } from "../../../picture/scene";
import { fresh } from "../../../state/location";

export function CardPanel({ spot, close }: { spot: Spot; close(): void }) {
  const person = spot.kind === "identity";
  return (
    <>
      <p>
        <button type="button" class="quiet" onClick={close}>
          ← The whole access
        </button>
      </p>
      <h2>{spot.title}</h2>
      <p class="soft">{spot.sub}</p>
      {spot.kind !== "group" && (
        <p>
          <a href={fresh({ who: spot.id })}>
            {person ? "All that this person reaches" : "Everyone who reaches it"}
          </a>
        </p>
      )}
    </>
  );
}
