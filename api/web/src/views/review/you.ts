// Who decides and starts where no token says it. It is kept as long as the page.
import { signal } from "@preact/signals";

export const you = signal("");
