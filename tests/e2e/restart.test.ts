// What a stop must not lose besides messages, and what the most talkative log must not tell.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { at as when, contact, contactsCsv, digits, waitUntil } from './harness.ts';
import { completed } from './things.ts';
import { at, good, senderFields, withWorld, world } from './world.ts';

const w = world();

test('an import goes on after a stop', async () => {
	const n = 30000;
	const audience = await w.audience(0);
	const job = await w.upload(audience, contactsCsv(n));
	const before = await w.importWhen(job, (data) => data.rows > 0, 20);
	expect(before.status).toBe('running');
	expect(before.progress).toBeGreaterThan(0);
	expect(before.progress).toBeLessThan(1);
	expect(await w.server.stop()).toBe(0);
	await w.restart();
	const after = await w.importWhen(job, () => true);
	expect(after.rows).toBeGreaterThanOrEqual(before.rows);
	const done = await w.importWhen(job, completed, 100);
	expect(done).toMatchObject({ rows: n, added: n, updated: 0, duplicates: 0, invalid: 0 });
	expect((await good(w.api.GET('/v1/audiences/{audience}', at({ audience: audience.id })))).data.contacts_count).toBe(n);
	expect(readdirSync(`${w.folder}/data/imports`)).toEqual([]);
});

test('holds, schedules and keys are there again', async () => {
	const template = await w.template();
	const running = await w.campaign(template, await w.audience(400), { rate: 50 });
	const one = at({ campaign: running.id });
	await w.wait(running, (c) => c.messages.delivered > 0);
	const { hold } = (await good(w.api.POST('/v1/campaigns/{campaign}/pause', one))).data;
	expect(hold!.by).toBe('person');
	const quiet = async () => (await w.metric('crier_messages_inflight')) === 0 && (await w.sim('GET', '/_sim/ledger')).taken;
	const settled = await waitUntil(
		async () => {
			const [taken, { messages }] = [await quiet(), await w.read(running)];
			return messages.read === taken ? messages : null;
		},
		30,
		'the end of what was on the wire',
	);
	const coming = await w.campaign(template, await w.audience(3), { schedule: when(4) });
	const { key } = (await good(w.api.POST('/v1/keys', { body: { data: { name: 'kept', role: 'viewer' } } }), 201)).data;
	const ids = async (asked: string) => {
		const account = await good(w.as(asked).GET('/v1/accounts/self'));
		return [account.data.id, (await w.messages(running))[0]!.id];
	};
	const before = await ids(harness.KEY);
	expect(await w.server.stop()).toBe(0);
	await w.restart();
	expect(await ids(key)).toEqual(before);
	const started = await w.wait(coming, completed);
	expect(started.start_date! >= coming.schedule!).toBe(true);
	const still = await w.read(running);
	expect(still.hold).toEqual(hold);
	expect(still.messages.read).toBe(settled.read);
	const canceled = await good(w.api.PUT('/v1/campaigns/{campaign}', { ...one, body: { data: { status: 'canceled' } } }));
	expect(canceled.data.hold).toBeNull();
});

test('the log at its most talkative tells no secret', () =>
	withWorld({ server: ['--log-level', 'debug'] }, async (w) => {
		const token = 'EAAa-token-that-nobody-may-see';
		const secret = 'a-secret-that-nobody-may-see';
		const key = 'a-key-that-nobody-may-see';
		const sender = { ...senderFields('Hidden', '448081570456'), access_token: token, app_secret: secret };
		await w.template();
		const create = (fields: object) => w.call('POST', '/v1/senders', { data: { ...sender, ...fields } });
		const answers = [
			await create({ rate: 'x' }),
			await create({ code: '448081570777' }),
			await create({ access_token: `not${token}` }),
			await w.call('GET', '/v1/campaigns', undefined, { key }),
			await w.call('POST', '/v1/senders', `{"data":{"access_token":"${token}"`, { contentType: 'application/json' }),
			await create({ access_token: [token], app_secret: { a: secret } }),
			await create({}),
			await w.call('GET', '/v1/senders'),
		];
		expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 401, 400, 400, 201, 200]);
		await w.wait(await w.campaign(undefined, await w.audience(3)), (c) => c.status === 'completed' && c.messages.read === 3);
		const said = w.server.output();
		expect(said).toContain(' debug ');
		for (const text of [said, ...answers.map((answer) => answer.text)])
			for (const word of [token, secret, key, harness.TOKEN, harness.SECRET, harness.KEY])
				expect(text.includes(word), word).toBe(false);
		// Neither a whole phone number nor the text of a message.
		for (const one of [0, 1, 2].map(contact)) {
			expect(said).not.toContain(digits(one.number));
			expect(said).not.toContain(one.custom1);
		}
	}));
