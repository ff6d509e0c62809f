// Every route under valid, nearly valid and hostile requests, by keys of every role, a session and a stranger: no 5xx, every answer as
// the contract says, every fault of a body names its field, nobody gets what is not theirs, and the server lives. The same requests
// each time; CRIER_PROPERTY_SECONDS and CRIER_PROPERTY_SEED set how long and from where else.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Answer, ask, crier, KEY } from './harness.ts';
import { type Asker, type Request, Requests } from './requests.ts';
import { type Route, SPEC } from './spec.ts';
import { CODES } from './codes.ts';
import { Spares } from './spares.ts';
import { type Ids, KINDS, things } from './things.ts';
import { good, world } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const SECONDS = Number(process.env.CRIER_PROPERTY_SECONDS ?? 40);
const SEED = Number(process.env.CRIER_PROPERTY_SEED ?? 1);
const ROLES = ['', 'viewer', 'sender', 'admin'];

// Faults with status 400 that are not of a field: of the whole body, of the path's id, or of who asks.
const WHOLE = new Set([
	...['NOT_JSON', 'NO_DATA', 'QUERY', 'IDEMPOTENCY_KEY', 'ACCOUNT_INACTIVE'].map((name) => CODES.get(name)!.code),
	...[...KINDS.values()].map((kind) => kind.malformed),
]);

let ids: Ids;
let requests: Requests;
let spares: Spares;
const statuses = new Map<number, number>();

const byKey = (key: string) => ({ 'X-Dexatel-Key': key });

async function askers(): Promise<Asker[]> {
	const made = async (role: 'viewer' | 'sender') => (await good(w.api.POST('/v1/keys', { body: { data: { name: role, role } } }), 201)).data.key;
	const stranger = spawnSync(crier(), ['account', 'add', 'stranger', '--data', `${w.folder}/data`], { encoding: 'utf8' });
	expect(stranger.status, stranger.stderr).toBe(0);
	return [
		{ headers: byKey(KEY), role: 'admin' },
		{ headers: byKey(await made('sender')), role: 'sender' },
		{ headers: byKey(await made('viewer')), role: 'viewer' },
		{ headers: byKey(stranger.stdout.trim().split(' ').at(-1)!), role: 'admin', stranger: true },
		{ headers: { Cookie: '', 'Sec-Fetch-Site': 'same-origin' }, role: 'admin' }, // a session: signIn()
	];
}

async function signIn(asker: Asker): Promise<void> {
	const answer = await w.call('POST', '/v1/sessions', { data: { key: KEY } }, { key: null, headers: { 'Sec-Fetch-Site': 'same-origin' } });
	asker.headers.Cookie = answer.headers['set-cookie']![0]!.split(';', 1)[0]!;
}

const roleOf = ({ operation }: Route): string => (operation.security ?? SPEC.tree.security)[0]?.key?.[0] ?? '';

const isBelow = ({ route, asker }: Request) => ROLES.indexOf(asker.role) < ROLES.indexOf(roleOf(route));

/** Does a stranger name what is not theirs, in the path, or in a body that is to be sent with? */
function trespasses({ route, asker, target, body }: Request): boolean {
	if (!asker.stranger)
		return false;
	const path = target.split('?', 1)[0]!;
	const sends = /\/(campaigns|messages|preflight)$/.test(route.path) && typeof body === 'string';
	const within = sends ? ['template', 'audience'].map((kind) => `"${kind}":"${ids[kind]}"`).some((named) => body.includes(named)) : false;
	return within || (/\{(?!file)\w+\}/.test(route.path) && Object.entries(ids).some(([kind, id]) => kind !== 'file' && path.includes(id)));
}

/** 400: the path cannot be read, or another id of it is malformed. */
function expectRefused(request: Request, { status, text }: Answer): void {
	const what = `${request.method} ${request.target} by ${JSON.stringify(request.asker)}: ${text}`;
	if (isBelow(request))
		expect([400, 403], what).toContain(status);
	else if (request.method === 'GET' || request.method === 'DELETE')
		expect([400, 404], what).toContain(status);
	else
		expect(status, what).toBeGreaterThanOrEqual(400);
}

async function survives(request: Request): Promise<number> {
	const { route, asker, method, body } = request;
	const session = asker.headers.Cookie !== undefined;
	const isRoute = method === route.method.toUpperCase();
	const target = isRoute && !asker.stranger && !isBelow(request) ? await spares.spare(route, request.target) : request.target;
	const headers = session ? { ...request.headers, Cookie: asker.headers.Cookie! } : request.headers;
	const answer = await ask(w.server.address, { method, target, headers, body });
	SPEC.check(method, target, answer);
	expect(answer.status, answer.text).toBeLessThan(500);
	if (isRoute && asker.role && (isBelow(request) || trespasses(request)))
		expectRefused(request, answer);
	const isFile = body !== undefined && !headers['Content-Type']?.includes('json'); // which has no fields
	if (answer.status >= 400 && answer.headers['content-type'] === 'application/json')
		for (const error of answer.tree.errors) {
			expect(error.message, answer.text).toMatch(/^.{10,}$/);
			if (error.status === 400 && !isFile && !WHOLE.has(error.code))
				expect(error.field, answer.text).toBeTruthy();
		}
	if (answer.status < 300)
		spares.spent(route);
	if (answer.status < 300 && session && route.operation.operationId === 'sessionsEnd')
		await signIn(asker);
	statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
	return answer.status;
}

beforeAll(async () => {
	const [, asset] = /\/assets\/([\w.-]+)/.exec((await w.get('/', { key: null })).text)!;
	ids = { ...(await things(w)), asset: asset! };
	const all = await askers();
	await signIn(all.at(-1)!);
	spares = new Spares(w, ids);
	requests = new Requests(SPEC, ids, all);
	console.log(`property: seed ${SEED}, ${SECONDS} s`);
});

test('every route is answered with success', async () => {
	const never: string[] = [];
	for (const route of SPEC.routes) {
		let best = 1000;
		for (const request of fc.sample(requests.sound(route), { seed: SEED, numRuns: 10 }))
			if (best >= 300)
				best = await survives(request);
		if (best >= 300)
			never.push(`${route.method} ${route.path}: ${best}`);
	}
	expect(never).toEqual([]);
});

test(
	'no request breaks the contract',
	async () => {
		const any = fc.constantFrom(...SPEC.routes).chain((route) => requests.of(route));
		const property = fc.asyncProperty(any, async (request) => void (await survives(request)));
		const most = Number.MAX_SAFE_INTEGER;
		await fc.assert(property, { seed: SEED, numRuns: most, interruptAfterTimeLimit: SECONDS * 1000, includeErrorInReport: true });
		const told = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${n} × ${status}`);
		console.log(`property: ${told.join(', ')}`);
		expect((await w.get('/healthz', { key: null })).text).toBe('ok\n');
	},
	(SECONDS + 120) * 1000,
);
