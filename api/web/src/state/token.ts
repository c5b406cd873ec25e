// The token of whoever asks. It stays in memory: no cookie, no storage, no URL.
import { signal } from "@preact/signals";

/** The token; "" until one is given. */
export const token = signal("");

/** True once the server has asked for a token, or refused the one it got. */
export const signIn = signal<"none" | "wanted" | "refused">("none");
