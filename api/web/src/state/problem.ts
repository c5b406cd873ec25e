// A problem is an answer that could not be had: its code, and what the page says and does about it.

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

/** What the page says about the problems of a code, and what can be done about them. */
export interface Face {
  /** What happened, in a sentence. */
  says: string;
  /** What one can do. */
  help?: string;
  /** Whether the server's own words are shown, since they name what was wrong. */
  words?: boolean;
  /** What another try needs: someone who asks for it, a token, or nobody; none where it is useless. */
  retry?: "asked" | "token" | "self";
  /** Whether a place of now, rather than one of a moment, would answer. */
  now?: boolean;
}

const BUSY = { retry: "asked" } as const;
const COSTLY = {
  says: "This question is too large for one request.",
  help: "Ask for less at once, or use the command, which has no such limit.",
} as const;
const OTHER_VERSION = {
  says: "This list goes on in an older version of the graph, which the server no longer has.",
  help: "Ask again for the list as it is now.",
  retry: "asked",
} as const;
const UNLIKE = {
  says: "This page and its server are of different releases.",
  help: "Load the page again.",
} as const;
const CLOSED = {
  says: "The server lets nobody in at the moment.",
  help: "Whoever runs it finds the reason in its log.",
  ...BUSY,
} as const;

/** The faces by the codes of the API; a code that is not here has the server's own words. */
export const FACES: Readonly<Record<string, Face>> = {
  // The way to the server.
  NETWORK: {
    says: "The server does not answer.",
    help: "This page tries again by itself.",
    retry: "self",
  },
  NO_DATA: { says: "The answer came without data.", ...BUSY },
  INTERNAL_ERROR: {
    says: "The server failed to answer this.",
    help: "Whoever runs it finds the reason in its log.",
    ...BUSY,
  },
  PAGE_ERROR: { says: "This page failed.", help: "Load it again.", words: true },
  // Who asks.
  UNAUTHENTICATED: {
    says: "This server answers to a token only.",
    help: "Sign in, and the question is asked again.",
    retry: "token",
  },
  INSUFFICIENT_SCOPE: {
    says: "Your token does not let you ask this.",
    help: "Whoever runs the server can make one that does.",
    words: true,
  },
  LIMITED: {
    says: "Your token is limited to some businesses, and sees the graph of now only.",
    now: true,
  },
  CROSS_ORIGIN: { says: "The server refuses pages of another origin.", words: true },
  AUTH_UNAVAILABLE: CLOSED,
  AUDIT_UNAVAILABLE: CLOSED,
  JWKS_UNAVAILABLE: CLOSED,
  // How much is asked.
  THROTTLED: { says: "You have asked as much as your token may in a minute.", retry: "asked" },
  OVERLOADED: { says: "The server has too many requests at the moment.", ...BUSY },
  BUSY: { says: "The server is busy with other long questions.", ...BUSY },
  LEDGER_BUSY: { says: "The ledger is being written to.", ...BUSY },
  DEADLINE: {
    says: "This takes longer than the server lets a question take.",
    help: "The command has no such limit, and `inroads serve --deadline` raises it.",
    retry: "asked",
  },
  COST_LIMIT: COSTLY,
  DEPTH_LIMIT: COSTLY,
  TOKEN_LIMIT: COSTLY,
  BODY_TOO_LARGE: COSTLY,
  FIRST_OUT_OF_RANGE: COSTLY,
  TOO_MANY_IDS: COSTLY,
  TOO_MANY_MOMENTS: COSTLY,
  // Which version of the graph.
  VERSION_EXPIRED: OTHER_VERSION,
  CURSOR_EXPIRED: OTHER_VERSION,
  CURSOR_INVALID: OTHER_VERSION,
  VERSION_NOT_REACHED: { says: "The server has not read the newest documents yet.", ...BUSY },
  VERSIONS_DIFFER: { says: "This link names things of two versions.", now: true },
  NO_PAST: { says: "What is imagined has no past.", now: true },
  BAD_MOMENT: {
    says: "The moment of this link cannot be read.",
    help: "A moment is written like 2026-03-01T00:00:00Z.",
    now: true,
  },
  // What is asked about.
  NOT_FOUND: {
    says: "No document that was read names this.",
    help: "Look for it by another part of its email, name or id.",
  },
  AMBIGUOUS_EMAIL: {
    says: "Several people have this email.",
    help: "Choose one of them in the box.",
    words: true,
  },
  AMBIGUOUS_NAME: {
    says: "Several things have this name.",
    help: "Choose one of them in the box.",
    words: true,
  },
  BAD_ID: { says: "This link names something that is no id.", words: true },
  WRONG_KIND: { says: "This question is not for things of this kind.", words: true },
  // What the server offers.
  DOCUMENT_NOT_FOUND: UNLIKE,
  DOCUMENT_REQUIRED: UNLIKE,
  GRAPHQL_VALIDATION_FAILED: { ...UNLIKE, words: true },
  REVIEWS_UNAVAILABLE: {
    says: "This server holds no reviews.",
    help: "`inroads serve --ledger FILE` does.",
  },
  CAMPAIGN_UNKNOWN: { says: "There is no such review.", words: true },
  OPERATION_NOT_SUPPORTED: { says: "This server does not do this.", words: true },
};

/** The face of a problem. */
export function faceOf(problem: Problem): Face {
  return Object.hasOwn(FACES, problem.code)
    ? (FACES[problem.code] as Face)
    : {
        says: problem.message ? sentence(problem.message) : "Something went wrong.",
        retry: "asked",
      };
}

/** Words as a sentence: with a capital, and a full stop where there is none. */
export function sentence(words: string): string {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
