// The token of whoever asks. It stays in memory: no cookie, no storage, no URL.
import { batch, signal } from "@preact/signals";

/** The token; "" until one is given. */
export const token = signal("");

/** Counts the people who have signed out: nothing that one was told may be shown to the next. */
export const session = signal(0);

/** Whether the server has asked for a token or refused one, and whether someone wants to give none. */
export const signIn = signal<"none" | "wanted" | "refused" | "declined">("none");

/** The server's words about the token that it refused. */
export const refusal = signal("");

/** The token in what someone pasted: without its scheme, white space and quotes. */
export function tokenIn(pasted: string): string {
  return pasted
    .trim()
    .replace(/^authorization\s*:\s*/i, "")
    .replace(/^bearer\s+/i, "")
    .replace(/^["']|["']$/g, "")
    .replace(/\s+/g, "");
}

/** Signs in with what someone pasted. Every open question is asked again. */
export function giveToken(pasted: string): void {
  batch(() => {
    token.value = tokenIn(pasted);
    signIn.value = "none";
    refusal.value = "";
  });
}

/** Forgets the token, and with it all that it was answered. */
export function signOut(): void {
  batch(() => {
    token.value = "";
    session.value = session.peek() + 1;
    signIn.value = "wanted";
    refusal.value = "";
  });
}

/** Notes that the server let nobody in with a token; what was sent before another one tells nothing. */
export function refused(sent: string, words: string): void {
  if (sent !== token.peek() || signIn.peek() === "declined") return;
  batch(() => {
    signIn.value = sent ? "refused" : "wanted";
    refusal.value = sent ? words : "";
  });
}
