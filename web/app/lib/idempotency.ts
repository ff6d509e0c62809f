/** A key of one attempt: repeated requests with it make one thing. `crypto.randomUUID` is not there over plain HTTP. */
export function attemptKey(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
