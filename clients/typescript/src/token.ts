// Tokens: asked for, kept while they are good, asked for again.

/** The token, or a function that is asked for one. */
export type TokenProvider = string | (() => string | Promise<string>);

// A token is replaced when less than this is left of it, or less than this share of its lifetime.
const MARGIN_MS = 60_000;
const MARGIN_SHARE = 0.2;

/** When to replace it; Infinity for a token that does not say. The signature is the server's to check. */
function goodUntil(token: string, now: number): number {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const expires = Number(JSON.parse(atob(part)).exp) * 1000;
    return Number.isFinite(expires) ? expires - Math.min(MARGIN_MS, MARGIN_SHARE * Math.max(0, expires - now)) : Infinity;
  } catch {
    return Infinity;
  }
}

/** Keeps the provider's token; however many calls wait for one, the provider is asked once. */
export class TokenSource {
  #token: string | undefined;
  #goodUntil = Infinity;
  #asked: Promise<string> | undefined;

  constructor(
    private readonly provider: TokenProvider,
    private readonly now: () => number = Date.now,
  ) {}

  /** The token where one is at hand, for those who cannot wait. */
  get atHand(): string | undefined {
    return typeof this.provider === "string" ? this.provider : this.#token;
  }

  async get(): Promise<string> {
    if (this.#token !== undefined && this.now() < this.#goodUntil) return this.#token;
    this.#asked ??= this.#ask().finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  /** The server did not take it: the next get() asks the provider, unless another call did already. */
  drop(token: string): void {
    if (this.#token === token) this.#token = undefined;
  }

  async #ask(): Promise<string> {
    const token = typeof this.provider === "string" ? this.provider : await this.provider();
    this.#token = token;
    this.#goodUntil = goodUntil(token, this.now());
    return token;
  }
}
