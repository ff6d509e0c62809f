// Every route under valid, nearly valid and hostile requests: no 5xx, every answer as the contract says, every fault of a body names
// its field, and the server lives. The same requests each time; CRIER_PROPERTY_SECONDS and CRIER_PROPERTY_SEED set how long and from
// where else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ask } from './harness.ts';
import { type Request, Requests } from './requests.ts';
import { SPEC } from './spec.ts';
import { CODES } from './codes.ts';
import { KINDS, things } from './things.ts';
import { world } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const SECONDS = Number(process.env.CRIER_PROPERTY_SECONDS ?? 40);
const SEED = Number(process.env.CRIER_PROPERTY_SEED ?? 1);

// Faults with status 400 that are not of a field: of the whole body, of the path's id, or of who asks.
const WHOLE = new Set([
	...['NOT_JSON', 'NO_DATA', 'QUERY', 'IDEMPOTENCY_KEY', 'ACCOUNT_INACTIVE'].map((name) => CODES.get(name)!.code),
	...[...KINDS.values()].map((kind) => kind.malformed),
]);

async function survives({ method, target, headers, body }: Request): Promise<number> {
	const answer = await ask(w.server.address, { method, target, headers, body });
	SPEC.check(method, target, answer);
	expect(answer.status, answer.text).toBeLessThan(500);
	const isFile = body !== undefined && !headers['Content-Type']?.includes('json'); // which has no fields
	if (answer.status >= 400 && answer.headers['content-type'] === 'application/json')
		for (const error of answer.tree.errors) {
			expect(error.message, answer.text).toMatch(/^.{10,}$/);
			if (error.status === 400 && !isFile && !WHOLE.has(error.code))
				expect(error.field, answer.text).toBeTruthy();
		}
	return answer.status;
}

test(
	'no request breaks the contract',
	async () => {
		const requests = new Requests(SPEC, await things(w));
		// What would take the ground away from the other requests stays away.
		const routes = SPEC.routes.filter((route) => route.method !== 'delete' || !/\{(key|template|audience|sender|campaign|contact|message)\}$/.test(route.path));
		const asks = routes.filter(({ operation }) => !operation.responses['200']?.content?.['text/event-stream']); // which does not end
		const statuses = new Map<number, number>();
		console.log(`property: seed ${SEED}, ${SECONDS} s`);
		const property = fc.asyncProperty(fc.constantFrom(...asks).chain((route) => requests.of(route)), async (request) => {
			const status = await survives(request);
			statuses.set(status, (statuses.get(status) ?? 0) + 1);
		});
		const most = Number.MAX_SAFE_INTEGER;
		await fc.assert(property, { seed: SEED, numRuns: most, interruptAfterTimeLimit: SECONDS * 1000, includeErrorInReport: true });
		const told = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${n} × ${status}`);
		console.log(`property: ${told.join(', ')}`);
		expect(statuses.get(200) ?? 0).toBeGreaterThan(10);
		expect((await w.get('/healthz', { key: null })).text).toBe('ok\n');
	},
	(SECONDS + 120) * 1000,
);
