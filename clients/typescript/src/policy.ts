// Deadlines and retries of each method, as service_config.json has them in gRPC's form.
import serviceConfig from "./generated/service_config.js";

interface MethodConfig {
  name: { service?: string; method?: string }[];
  timeout?: string;
  retryPolicy?: {
    maxAttempts: number;
    initialBackoff: string;
    maxBackoff: string;
    backoffMultiplier: number;
    retryableStatusCodes: string[];
  };
}

export interface Policy {
  /** Milliseconds for all attempts together; undefined: no deadline. */
  timeoutMs: number | undefined;
  /** 1: no retry. */
  maxAttempts: number;
  /** The wait after so many failed attempts, in milliseconds, before chance moves it by a fifth. */
  waitMs(failures: number): number;
}

const milliseconds = (duration: string) => Number.parseFloat(duration) * 1000;

function toPolicy(config: MethodConfig | undefined): Policy {
  const retry = config?.retryPolicy;
  if (retry && retry.retryableStatusCodes.join() !== "UNAVAILABLE") {
    throw new Error("service_config.json: retryableStatusCodes; right: UNAVAILABLE alone");
  }
  return {
    timeoutMs: config?.timeout === undefined ? undefined : milliseconds(config.timeout),
    maxAttempts: retry?.maxAttempts ?? 1,
    waitMs: (failures) =>
      retry ? Math.min(milliseconds(retry.maxBackoff), milliseconds(retry.initialBackoff) * retry.backoffMultiplier ** (failures - 1)) : 0,
  };
}

// By "service/method", "service/" and "/": the nearest name holds.
const policies = new Map<string, Policy>();
for (const config of serviceConfig.methodConfig as MethodConfig[]) {
  for (const name of config.name) policies.set(`${name.service ?? ""}/${name.method ?? ""}`, toPolicy(config));
}

export function policyOf(service: string, method: string): Policy {
  return policies.get(`${service}/${method}`) ?? policies.get(`${service}/`) ?? policies.get("/") ?? toPolicy(undefined);
}

/** Retries end while more than half of the latest attempts failed: they would add to what is wrong with the server. */
export class Throttle {
  readonly #most = serviceConfig.retryThrottling.maxTokens;
  #tokens = this.#most;

  succeeded(): void {
    this.#tokens = Math.min(this.#most, this.#tokens + serviceConfig.retryThrottling.tokenRatio);
  }

  /** Whether the attempt may be repeated. */
  failed(): boolean {
    this.#tokens = Math.max(0, this.#tokens - 1);
    return this.#tokens > this.#most / 2;
  }
}
