// A problem is an answer that could not be had: its code, and a sentence for people.

export class Problem extends Error {
  /**
   * @param code the code of the API, or NETWORK where the server did not answer
   * @param status the HTTP status; 0 where there was no response
   * @param wait the seconds after which another try may succeed; null if the server names none
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly wait: number | null = null,
  ) {
    super(message);
  }
}

/** The problem of anything that was thrown. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem("PAGE_ERROR", thrown instanceof Error ? thrown.message : String(thrown), 0);
}
