// The program itself: its webhooks' door, its stop, its configuration, its secrets.
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { ask, crier, sleep, waitUntil } from './harness.ts';
import { completed } from './things.ts';
import { good, withWorld, world } from './world.ts';

const w = world();

/** Delivers an event as Meta would, signed by `secret` unless a header is given. */
function event(body: object | string, secret = harness.SECRET, header?: string) {
	const raw = typeof body === 'string' ? body : JSON.stringify(body);
	const signature = header ?? `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`;
	return w.call('POST', '/webhooks/whatsapp', raw, { key: null, contentType: 'application/json', headers: { 'X-Hub-Signature-256': signature } });
}

test('the handshake', async () => {
	const handshake = '/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=';
	expect((await w.get(`${handshake}verify`, { key: null })).text).toBe('4711');
	expect((await w.call('GET', `${handshake}wrong`, undefined, { key: null })).status).toBe(403);
	expect((await w.call('GET', '/webhooks/whatsapp', undefined, { key: null })).status).toBe(403);
});

test('signatures', async () => {
	await w.sender();
	const received = () => w.metric('crier_webhooks_received_total');
	const before = await received();
	const body = { object: 'whatsapp_business_account', entry: [] };
	expect((await event(body)).status).toBe(200);
	for (const header of ['', 'sha256=', `sha256=${'0'.repeat(64)}`, 'sha1=abc', 'nonsense'])
		expect((await event(body, undefined, header)).status, header).toBe(401);
	expect((await event(body, 'another')).status).toBe(401);
	expect(await received()).toBe(before + 1);
	expect((await event('not json at all')).status).toBe(200); // signed by Meta all the same: set aside, and counted
	const setAside = () => w.metric('crier_webhook_events_total{kind="set_aside"}');
	await waitUntil(async () => (await setAside()) === 1, 10, 'the event set aside');
});

test('SIGTERM in a running campaign loses nothing', () =>
	withWorld({ simulator: ['--ceiling', '1000', '--latency-ms', '30'] }, async (w) => {
		const made = await w.campaign(undefined, await w.audience(1000), { rate: 500 });
		for (let i = 0; i < 3; i++) {
			const seen = (await w.read(made)).messages.sent;
			await w.wait(made, ({ messages: m }) => m.queued < 1000 && m.sent + m.delivered > seen);
			const begun = performance.now();
			expect(await w.server.stop(12)).toBe(0);
			expect(performance.now() - begun).toBeLessThan(8000); // answers come within 30 ms: it does not sit out its 10 s
			await w.restart();
		}
		const done = await w.wait(made, (d) => d.status === 'completed' && d.messages.read === 1000, 60);
		expect(done.messages.unconfirmed).toBe(0);
		expect(await w.sim('GET', '/_sim/ledger')).toMatchObject({ recipients: 1000, taken: 1000, doubles: 0 });
	}));

function filesUnder(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : [];
	});
}

test('secrets stay secret', async () => {
	const { data: key } = await good(w.api.POST('/v1/keys', { body: { data: { name: 'secret', role: 'viewer' } } }), 201);
	await w.sender();
	await w.wait(await w.campaign(undefined, await w.audience(2)), completed);
	const secrets = [harness.TOKEN, harness.SECRET, key.key, harness.KEY];
	const files = filesUnder(w.folder);
	expect(files.some((file) => file.endsWith('crier.db'))).toBe(true);
	for (const file of files) {
		const raw = readFileSync(file);
		expect(secrets.filter((secret) => raw.includes(secret)), file).toEqual([]);
	}
	for (const name of ['crier.db', 'crier.key'])
		expect(statSync(`${w.folder}/data/${name}`).mode & 0o077, name).toBe(0);
	const shown = (await w.get('/v1/senders')).text + (await w.get('/v1/keys')).text + (await w.get('/metrics', { key: null })).text;
	expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
});

/** `crier serve` that is expected to refuse to start: its status and words. */
function serve(options: string[], env: NodeJS.ProcessEnv) {
	const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CRIER_')));
	return spawnSync(crier(), ['serve', ...options], { encoding: 'utf8', timeout: 20_000, env: { ...clean, ...env } });
}

test('bad configuration is refused with a sentence', () => {
	const data = ['--data', `${w.folder}/other`];
	const file = `${w.folder}/bad.ini`;
	writeFileSync(file, 'listen = 127.0.0.1:0\ngraf-url = http://x\n');
	const key = { CRIER_ADMIN_KEY: harness.KEY };
	const cases: [string[], NodeJS.ProcessEnv, string[]][] = [
		[['--lisen', 'x'], {}, ["'lisen'", "'listen'"]],
		[['--config', file], {}, ['line 2', "'graph-url'"]],
		[[...data, '--listen', 'nowhere'], {}, ["'listen'", 'HOST:PORT']],
		[[...data, '--listen', '127.0.0.1:99999'], {}, ['listen']],
		[[...data, '--log-level', 'loud'], {}, ["'log-level'"]],
		[[...data, '--max-inflight', '0'], {}, ["'max-inflight'"]],
		[[...data, '--graph-url', 'ftp://x'], {}, ["'graph-url'"]],
		[[...data, '--listen', '127.0.0.1:0'], { CRIER_ADMIN_KEY: 'short' }, ['admin-key', '16']],
		[['--data', '/proc/nowhere'], {}, ['/proc/nowhere']],
		[[...data, '--listen', w.server.address], key, ['use']],
		[[...data, '--database', 'mysql://x'], {}, ['postgresql://']],
	];
	for (const [options, env, words] of cases) {
		const { status, stderr } = serve(options, env);
		expect(status, options.join(' ')).toBe(2);
		for (const word of words)
			expect(stderr, options.join(' ')).toContain(word);
	}
});

test('the first start shows a key once', async () => {
	const folder = `${w.folder}/first`;
	mkdirSync(folder);
	/** What a server in this folder has said until now, when it lets this key in and ends well. */
	async function startWith(adminKey: string, keyOf: (said: string) => string): Promise<string> {
		const server = await w.serve(folder, '127.0.0.1:0', { CRIER_ADMIN_KEY: adminKey });
		const said = server.output();
		const headers = { 'X-Dexatel-Key': keyOf(said) };
		expect((await ask(server.address, { method: 'GET', target: '/v1/accounts/self', headers })).status).toBe(200);
		expect(await server.stop()).toBe(0);
		return said;
	}
	let shown = '';
	await startWith('', (said) => (shown = said.split('shown this once: ')[1]!.split(/\s/)[0]!));
	const said = await startWith('', () => shown);
	expect(said.split(shown)).toHaveLength(2);
	await startWith('another-operators-key', () => 'another-operators-key');
});

test('nothing to do costs nothing', async () => {
	await w.get('/v1/campaigns');
	const ticks = () => {
		const fields = readFileSync(`/proc/${w.server.pid}/stat`, 'latin1').split(') ').pop()!.split(' ');
		return Number(fields[11]) + Number(fields[12]);
	};
	const before = ticks();
	await sleep(1000);
	expect(ticks() - before).toBeLessThanOrEqual(2); // of 100 a second
});
