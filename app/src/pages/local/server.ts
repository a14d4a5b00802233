// The local exchange's own server: prices by hand, the recording, test funds.

export interface LocalState {
  prices: { symbol: string; price: string }[];
  playing: boolean;
  /** Where the recording is, Unix seconds. */
  recordedAt: number | null;
}

/** It refused. Its words begin with the field. */
export class Refusal extends Error {}

export async function ask(url: string): Promise<LocalState> {
  return (await answered(fetch(url, { cache: 'no-store' }))) as LocalState;
}

export function tell(url: string, what: 'fund' | 'price' | 'play', body: object): Promise<unknown> {
  return answered(
    fetch(`${url}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

async function answered(asked: Promise<Response>): Promise<unknown> {
  let response: Response;
  try {
    response = await asked;
  } catch {
    throw new Refusal('The local exchange does not answer. Is `cargo xtask localnet --app` still running?');
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new Refusal(reasonOf(body) ?? `The local exchange answered ${response.status}.`);
}

function reasonOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  return typeof body.error === 'string' ? body.error : null;
}
