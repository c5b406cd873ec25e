// The link that imagines a grant away, or puts it back.
import { imagined, toggled } from "../state/imagined";
import { link, location } from "../state/location";

interface Props {
  /** The id of the grant, without a mark. */
  grant: string;
  /** The grant by name, for whoever does not see the picture. */
  name: string;
  /** Says in words what it does, where there is room. */
  words?: boolean;
}

export function Scissors({ grant, name, words = false }: Props) {
  const away = imagined(location.value.without).includes(grant);
  const said = away ? (words ? "Put it back" : "put back") : words ? "What if it went?" : "cut";
  return (
    <a
      class={away ? "scissors away" : "scissors"}
      href={link(toggled(grant))}
      aria-label={`${said} ${name}`}
      title={away ? "Put this grant back" : "What if this grant went?"}
    >
      <span aria-hidden="true">{away ? "↺" : "✂"}</span>
      {` ${said}`}
    </a>
  );
}
