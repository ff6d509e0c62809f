// The stream of an account's lists.
import { expect, test } from 'vitest';
import { at as when, KEY, waitUntil } from './harness.ts';
import { Listener } from './listen.ts';
import { completed, finished } from './things.ts';
import { at, good, refused, withWorld, world } from './world.ts';

const w = world();

const key = (text: string) => ({ 'X-Dexatel-Key': text });
const listen = (headers = key(KEY), path = '/v1/events') => new Listener(w.server.address, path, headers);
/** Each has been told something. */
const begun = (...listeners: Listener[]) => waitUntil(() => listeners.every((l) => l.told.length > 0), 20, 'the first events');

test('campaigns, what is done, and imports are told as they change', async () => {
	const audience = await w.audience(60);
	const template = await w.template();
	const listener = listen();
	const { told } = listener;
	const of = (event: string) => listener.of(event);
	await waitUntil(() => told.length >= 2, 20, 'the first events');
	expect(told.slice(0, 2).map((t) => t.event)).toEqual(['campaigns', 'imports']);
	expect(of('activity')).toEqual([]);

	const made = await w.wait(await w.campaign(template, audience, { rate: 20 }), finished);
	const mine = () => of('campaigns').filter((c) => c.id === made.id);
	await waitUntil(() => mine().at(-1)?.messages.read === 60, 20, 'the last count');
	expect(mine().length).toBeGreaterThan(2);
	expect(mine().at(-1)).toMatchObject({ status: 'completed', hold: null, expected_end: null, rate_now: 0 });
	const running = mine().filter((c) => c.status === 'in_progress' && c.messages.queued > 0);
	expect(running.some((c) => c.rate_now > 0 && c.expected_end !== null)).toBe(true);
	for (let i = 1; i < mine().length; i++)
		expect(mine()[i]).not.toEqual(mine()[i - 1]);
	await waitUntil(() => of('activity').some((a) => a.action === 'campaign_completed' && a.resource.id === made.id), 20, 'its completion');
	const rows = of('activity');
	expect(new Set(rows.map((a) => a.id)).size).toBe(rows.length);
	expect(rows).toEqual(expect.arrayContaining(await w.all(`/v1/activity?filter[campaign]=${made.id}`)));

	const job = await w.importWhen(await w.upload(audience, 'number\n447400123456\nnonsense\n'), completed);
	const last = () => of('imports').filter((i) => i.id === job.id).at(-1);
	await waitUntil(() => last()?.status === 'completed', 20, 'the import');
	expect(last()).toMatchObject({ audience_id: audience.id, rows: 2, added: 1, invalid: 1, progress: 1 });
	listener.close();
});

test('at once all that runs, and nothing of another account', async () => {
	const scheduled = await w.campaign(undefined, await w.audience(3), { schedule: when(3600) });
	const held = await w.campaign(undefined, await w.audience(50), { rate: 1 });
	await w.wait(held, (c) => c.messages.total === 50);
	await good(w.api.POST('/v1/campaigns/{campaign}/pause', at({ campaign: held.id })));
	const first = listen(), second = listen();
	await waitUntil(() => first.told.length >= 2 && second.told.length >= 2, 20, 'the first events');
	for (const listener of [first, second]) {
		expect(listener.told[0]!.event).toBe('campaigns');
		expect(listener.of('campaigns').find((c) => c.id === held.id)).toMatchObject({ status: 'in_progress', hold: { by: 'person' }, expected_end: null });
	}
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: scheduled.id }), body: { data: { status: 'canceled' } } }));
	for (const listener of [first, second])
		await waitUntil(() => listener.of('campaigns').some((c) => c.id === scheduled.id && c.status === 'canceled'), 20, 'the canceled one');
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: held.id }), body: { data: { status: 'canceled' } } }));
	first.close();
	second.close();
	await refused(w.call('GET', '/v1/events', undefined, { key: null }), 401, 1101);
});

test('a stream ends with the session or the key that opened it, and no other', async () => {
	const campaign = await w.campaign(undefined, await w.audience(3), { schedule: when(3600) });
	const { data: viewer } = await good(w.api.POST('/v1/keys', { body: { data: { name: 'viewer', role: 'viewer' } } }), 201);
	const signIn = async () => {
		const answer = await w.call('POST', '/v1/sessions', { data: { key: viewer.key } }, { key: null, headers: { 'Sec-Fetch-Site': 'same-origin' } });
		return { Cookie: String(answer.headers['set-cookie']).split(';')[0]!, 'Sec-Fetch-Site': 'same-origin' };
	};
	const leaves = await signIn(), stays = await signIn();
	const paths = ['/v1/events', `/v1/campaigns/${campaign.id}/events`];
	const by = (headers: object) => paths.map((path) => listen(headers as never, path));
	const bySession = by(leaves), byOther = by(stays), byKey = by(key(viewer.key)), byAdmin = by(key(KEY));
	const over = (listeners: Listener[]) => Promise.all(listeners.map((l) => l.end));
	await begun(...bySession, ...byOther, ...byKey, ...byAdmin);

	expect((await w.call('DELETE', '/v1/sessions/self', undefined, { key: null, headers: leaves })).status).toBe(204);
	await over(bySession);
	expect([...byOther, ...byKey, ...byAdmin].some((l) => l.over)).toBe(false);

	await good(w.api.DELETE('/v1/keys/{key}', at({ key: viewer.id })), 204);
	await over([...byOther, ...byKey]);
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: campaign.id }), body: { data: { status: 'canceled' } } }));
	await over([byAdmin[1]!]); // with the campaign, and says so
	expect(byAdmin[1]!.of('end')).toEqual([{}]);
	for (const listener of [...bySession, ...byOther, ...byKey])
		expect(listener.of('end')).toEqual([]);
	const done = (listener: Listener) => listener.of('activity').map((a) => a.action);
	await waitUntil(() => done(byAdmin[0]!).includes('campaign_canceled'), 20, 'what was done afterwards');
	for (const listener of [bySession[0]!, byOther[0]!, byKey[0]!])
		expect(done(listener)).not.toContain('campaign_canceled');
	expect(byAdmin[0]!.over).toBe(false);
	byAdmin[0]!.close();
});

test('two hundred listen and no more, until one leaves', () =>
	withWorld({}, async (full) => {
		const join = (path = '/v1/events') => new Listener(full.server.address, path);
		const campaign = await full.campaign(undefined, await full.audience(3), { schedule: when(3600) });
		const paths = ['/v1/events', `/v1/campaigns/${campaign.id}/events`];
		const listeners = Array.from({ length: 200 }, (_, i) => join(paths[i % 2]));
		await begun(...listeners);
		for (const path of paths) {
			const answer = await full.call('GET', path);
			await refused(Promise.resolve(answer), 503, 1021);
			expect(answer.headers['retry-after']).toBe('1');
		}
		await full.audience(1);
		for (const listener of listeners.filter((_, i) => i % 2 === 0))
			await waitUntil(() => listener.of('activity').some((a) => a.action === 'audience_created'), 20, 'what was done');
		listeners[0]!.close();
		await waitUntil(async () => (await full.call('GET', '/v1/events')).status === 200, 30, 'a place');
		listeners.forEach((listener) => listener.close());
	}));
