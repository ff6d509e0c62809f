// One Idempotency-Key for one request, however often it is sent: a second click, a lost answer or a reload makes nothing twice.

/** A key of one attempt. `crypto.randomUUID` is there only over TLS. */
export const newAttempt = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const PLACE = 'crier.attempt';

/** The same for the same request until `forgetAttempt`. */
export function attemptKey(request: unknown): string {
	const of = JSON.stringify(request);
	const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null') as { of: string; key: string } | null;
	if (kept?.of === of) return kept.key;
	const key = newAttempt();
	sessionStorage.setItem(PLACE, JSON.stringify({ of, key }));
	return key;
}

export const forgetAttempt = (): void => sessionStorage.removeItem(PLACE);
