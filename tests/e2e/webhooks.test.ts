// The user's webhooks: what is told, how it is signed, and that nothing is lost or disordered whatever a target does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as harness from './harness.ts';
import { waitUntil } from './harness.ts';
import { Receiver } from './receiver.ts';
import { finished } from './things.ts';
import { at, faults, good, refused, UNKNOWN_ID, withWorld, world, type World, wrong } from './world.ts';

const PERMIT = ['--allow-private-urls', 'yes'];
const w = world({ simulator: ['--ceiling', '1000'], server: PERMIT });
let receiver: Receiver;
beforeAll(async () => {
	receiver = await Receiver.start();
});
afterAll(() => receiver.stop());

type Event = 'message' | 'delivery' | 'campaign' | 'sender';

async function hook(to: World, event: Event, target: Receiver, secret?: string) {
	const { data } = await good(to.api.POST('/v1/webhooks', { body: { data: { url: target.url, event, secret } } }), 201);
	target.secret = data.secret;
	return data;
}

const remove = (from: World, webhook: string) => good(from.api.DELETE('/v1/webhooks/{webhook}', at({ webhook })), 204);
const readHook = async (of: World, webhook: string) => (await good(of.api.GET('/v1/webhooks/{webhook}', at({ webhook })))).data;
const deliveries = (of: World, webhook: string, status = '') =>
	of.all(`/v1/webhooks/${webhook}/deliveries?page_size=100${status && `&filter[status]=${status}`}`);

/** A receiver and a hook of a test's own, gone after it. */
async function withHook(of: World, event: Event, body: (target: Receiver, webhook: string) => Promise<void>): Promise<void> {
	const target = await Receiver.start();
	const made = await hook(of, event, target);
	try {
		await body(target, made.id);
		expect(target.problems).toEqual([]);
	} finally {
		await remove(of, made.id);
		await target.stop();
	}
}

const LIFE = ['enroute', 'sent', 'delivered', 'read'];
/** Words rise, none comes twice, and the last is the last. */
function expectLives(target: Receiver, messages: { id: string }[]): void {
	const words = target.words();
	expect([...words.keys()].sort()).toEqual(messages.map((m) => m.id).sort());
	for (const of of words.values()) {
		expect(of).toEqual(LIFE.filter((word) => of.includes(word)));
		expect(of.at(-1)).toBe('read');
	}
}

test('the life of every message is told in order, signed, and listed', async () => {
	const made = await hook(w, 'delivery', receiver);
	expect(made.secret).toMatch(/^[0-9a-f]{64}$/);
	expect(made.links.deliveries).toContain(`/v1/webhooks/${made.id}/deliveries`);
	const campaign = await w.wait(await w.campaign(undefined, await w.audience(30)), finished);
	const messages = await w.messages(campaign);
	await receiver.when(() => [...receiver.words().values()].filter((of) => of.includes('read')).length === 30, 'all that was read');
	expectLives(receiver, messages);
	expect(receiver.problems).toEqual([]);
	const one = receiver.taken.at(-1)!;
	expect(Object.keys(one.data)).toEqual(['account_id', 'message_id', 'event', 'status', 'channel', 'to', 'mccmnc', 'price', 'timestamp', 'payload', 'campaign_id', 'error']);
	expect(one.data).toMatchObject({ event: 'delivery', channel: 'WHATSAPP', campaign_id: campaign.id, error: null });
	expect(one.data.to).toBe(messages.find((m) => m.id === one.data.message_id)!.to);
	const n = receiver.taken.length;
	const seen = await waitUntil(async () => {
		const data = await readHook(w, made.id);
		return data.delivered >= n ? data : null;
	}, 10, 'the record of the deliveries');
	expect(seen).toMatchObject({ waiting: 0, failed: 0, dropped: 0, last_error: null, event: 'delivery', url: receiver.url });
	expect(JSON.stringify(seen)).not.toContain(made.secret);
	const list = await deliveries(w, made.id, 'Delivered');
	expect(list.map((d) => d.id).sort()).toEqual(receiver.taken.map((e) => e.id).sort());
	expect(list[0]).toMatchObject({ webhook_id: made.id, attempts: 1, http_status: 200, error: null, next_date: null });
	expect(list[0].done_date).toBeTruthy();
	expect(await deliveries(w, made.id, 'waiting,failed')).toEqual([]);
	expect(await deliveries(w, made.id, 'nonsense')).toEqual([]);
	expect(await w.metric('crier_hook_taken_total')).toBeGreaterThanOrEqual(n);
	expect(await w.metric('crier_hook_events_waiting')).toBe(0);
	// Once more, by hand: the same event under the same id.
	const ids = { params: { path: { webhook: made.id, delivery: list[0].id } } };
	const { data: again } = await good(w.api.POST('/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver', ids));
	expect(again).toMatchObject({ id: list[0].id, status: 'waiting' });
	await receiver.when(() => receiver.received.filter((e) => e.id === list[0].id).length === 2, 'the second telling');
	await refused(w.api.POST('/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver', at({ webhook: made.id, delivery: UNKNOWN_ID })), 404, 1210);
	await refused(w.api.POST('/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver', at({ webhook: made.id, delivery: 'x' })), 400, 1211);
	await remove(w, made.id);
});

test('a single message is told with its payload, and is of no campaign', () =>
	withHook(w, 'delivery', async (target) => {
		const { id } = await w.template('Your {what} is ready.');
		const body = { data: { channel: 'whatsapp', from: 'MyBusiness', to: '447400000091', template: id, variables: ['book'] as string[], payload: 'order-17' } } as const;
		const { data } = await good(w.api.POST('/v1/messages', { body }), 201);
		await target.when(() => target.taken.some((e) => e.data.status === 'read'), 'its way to the reader');
		expectLives(target, data);
		for (const event of target.taken)
			expect(event.data).toMatchObject({ payload: 'order-17', campaign_id: null, to: '447400000091' });
	}));

test('who was refused or left out is told with the reason', () =>
	withHook(w, 'delivery', async (target) => {
		const audience = await w.audienceOf([{ number: '447400000001', first_name: 'Ann' }]);
		await w.wait(await w.campaign(undefined, audience), (c) => c.status === 'completed');
		await target.when(() => target.taken.length === 1, 'the one that is left out');
		expect(target.taken[0]!.data).toMatchObject({ status: 'rejected', error: { code: null } });
		expect(target.taken[0]!.data.error.message).toContain('placeholder');
	}));

test('a campaign is told step by step', () =>
	withHook(w, 'campaign', async (target) => {
		const made = await w.campaign(undefined, await w.audience(2), { schedule: '2199-01-01 00:00:00' });
		const campaign = at({ campaign: made.id });
		await good(w.api.PUT('/v1/campaigns/{campaign}', { ...campaign, body: { data: { status: 'canceled' } } }));
		const other = await w.campaign(undefined, await w.audience(300), { rate: 50 });
		await good(w.api.POST('/v1/campaigns/{campaign}/pause', at({ campaign: other.id })));
		await good(w.api.POST('/v1/campaigns/{campaign}/resume', at({ campaign: other.id })));
		await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: other.id }), body: { data: { status: 'canceled' } } }));
		await target.when(() => target.taken.length === 6, 'six events');
		const of = (id: string) => target.taken.filter((e) => e.data.campaign_id === id).map(({ data }) => [data.status, data.hold?.by ?? null]);
		expect(of(made.id)).toEqual([['scheduled', null], ['canceled', null]]);
		expect(of(other.id)).toEqual([['in_progress', null], ['in_progress', 'person'], ['in_progress', null], ['canceled', null]]);
	}));

test('a sender that is held is told, also where no campaign runs with it', () =>
	withHook(w, 'sender', async (target) => {
		await w.sender();
		const [sender] = (await good(w.api.GET('/v1/senders'))).data;
		for (const action of ['pause', 'resume', 'resume'] as const) // the second finds nothing to lift
			await good(w.api.POST(`/v1/senders/{sender}/${action}`, at({ sender: sender!.id })));
		await target.when(() => target.taken.length === 2, 'two events');
		const [held, released] = target.taken.map(({ data }) => data);
		expect(Object.keys(held)).toEqual(['account_id', 'sender_id', 'event', 'name', 'status', 'hold', 'timestamp']);
		expect(held).toMatchObject({ sender_id: sender!.id, event: 'sender', name: sender!.name, status: 'blocked', hold: { by: 'person' } });
		expect(released).toMatchObject({ sender_id: sender!.id, status: 'available', hold: null });
	}));

test('what a person writes is told', () =>
	withHook(w, 'message', async (target) => {
		await w.sender();
		await w.sim('POST', '/_sim/inbound', { from: '447400000077', phone_number_id: harness.NUMBER, text: 'Is it open?' });
		await target.when(() => target.taken.length === 1, 'the message');
		const { data } = target.taken[0]!;
		expect(Object.keys(data)).toEqual(['account_id', 'message_id', 'event', 'from', 'to', 'text', 'channel', 'timestamp']);
		expect(data).toMatchObject({ event: 'message', from: '447400000077', to: harness.NUMBER, text: 'Is it open?', channel: 'WHATSAPP' });
	}));

test('errors, resets, redirects: every event arrives all the same, in order', () =>
	withHook(w, 'delivery', async (target, webhook) => {
		const tries = new Map<string, number>();
		target.manner = (event, before) => {
			const n = tries.get(event.id) ?? 0;
			tries.set(event.id, n + 1);
			return n > 0 || before % 2 ? 204 : ([500, 'reset', 302, 404] as const)[before % 4 ? 1 : (before / 4) % 4]!;
		};
		const campaign = await w.wait(await w.campaign(undefined, await w.audience(12)), finished);
		await target.when(() => [...target.words().values()].filter((of) => of.includes('read')).length === 12, 'all that was read', 60);
		expectLives(target, await w.messages(campaign));
		expect(target.received.some((e) => e.status !== 204)).toBe(true);
		await waitUntil(async () => (await readHook(w, webhook)).waiting === 0, 20, 'the record of the deliveries');
	}));

test('2xx is taken, whatever becomes of its body', () =>
	withHook(w, 'campaign', async (target, webhook) => {
		target.manner = (_, before) => (before % 2 ? 'half' : 'long');
		const made = await w.campaign(undefined, await w.audience(2), { schedule: '2199-01-01 00:00:00' });
		await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: made.id }), body: { data: { status: 'canceled' } } }));
		const seen = await waitUntil(async () => {
			const data = await readHook(w, webhook);
			return data.waiting === 0 && data.last_attempt_date ? data : null;
		}, 30, 'the record of the deliveries');
		expect(seen).toMatchObject({ delivered: 2, failed: 0, last_error: null });
		expect(target.received.map((e) => e.data.status)).toEqual(['scheduled', 'canceled']);
	}));

test('a dead target slows no campaign, and is told all when it is back', async () => {
	const away = await Receiver.start();
	const port = away.port;
	const made = await hook(w, 'delivery', away);
	await away.stop();
	const begun = performance.now();
	const campaign = await w.wait(await w.campaign(undefined, await w.audience(40)), finished);
	expect(performance.now() - begun).toBeLessThan(15_000);
	const waiting = await waitUntil(async () => {
		const data = await readHook(w, made.id);
		return data.last_error ? data : null;
	}, 20, 'a failed attempt');
	expect(waiting.waiting).toBeGreaterThanOrEqual(40);
	expect(waiting.last_error).toBeTruthy();
	const [oldest] = (await deliveries(w, made.id, 'waiting')).reverse();
	expect(oldest).toMatchObject({ status: 'waiting', http_status: null, done_date: null });
	expect(oldest.next_date && oldest.error).toBeTruthy();
	const back = await Receiver.start(port);
	back.secret = made.secret;
	await back.when(() => [...back.words().values()].filter((of) => of.includes('read')).length === 40, 'all that was read', 90);
	expectLives(back, await w.messages(campaign));
	expect(back.problems).toEqual([]);
	await remove(w, made.id);
	await back.stop();
});

test('a target that does not answer holds up no other', () =>
	withHook(w, 'delivery', async (silent) => {
		silent.manner = () => 'silence';
		await withHook(w, 'campaign', async (quick) => {
			const campaign = await w.wait(await w.campaign(undefined, await w.audience(5)), finished);
			await quick.when(() => quick.taken.some((e) => e.data.campaign_id === campaign.id && e.data.status === 'completed'), 'the end of the campaign', 8);
			expect(silent.received.length).toBeGreaterThan(0);
			expect(silent.taken).toEqual([]);
		});
	}));

test('SIGKILL in the middle: at least once, in order, and ids tell what came twice', () =>
	withWorld({ simulator: ['--ceiling', '1000'], server: PERMIT }, async (own) => {
		const target = await Receiver.start();
		await hook(own, 'delivery', target, 'a secret of my own');
		target.manner = (_event, before) => (before % 7 === 3 ? 503 : 200);
		const made = await own.campaign(undefined, await own.audience(150), { rate: 100 });
		for (let i = 1; i <= 3; i++) {
			await target.when(() => target.taken.length > 60 * i, 'some events');
			await own.server.kill();
			await own.restart();
		}
		const settled = (data: { status: string; messages: { total: number; read: number; unconfirmed: number } }) =>
			data.status === 'completed' && data.messages.read + data.messages.unconfirmed === data.messages.total;
		const done = await own.wait(made, settled, 60);
		await target.when(() => [...target.words().values()].filter((of) => of.includes('read')).length >= done.messages.read, 'all that was read', 60);
		for (const of of target.words().values())
			expect(of).toEqual(LIFE.filter((word) => of.includes(word)));
		// What WhatsApp says later of one that was in doubt moves it once more.
		const told = async () => (await own.messages(made)).every((message) => target.words().get(message.id)?.at(-1) === message.status);
		await waitUntil(told, 30, 'the last word of every message');
		expect(target.problems).toEqual([]);
		await target.stop();
	}));

test('signatures in hex where the server is told so; a private target only where it may', () =>
	withWorld({ server: ['--webhook-signature', 'hex', ...PERMIT] }, async (own) => {
		const target = await Receiver.start();
		target.encoding = 'hex';
		const made = await hook(own, 'campaign', target);
		const campaign = () => own.campaign(undefined, undefined, { schedule: '2199-01-01 00:00:00' });
		await campaign();
		await target.when(() => target.taken.length === 1, 'the event');
		expect(target.problems).toEqual([]);
		// Without the permission the same target is refused when it is connected to, and never reached.
		await own.server.stop();
		own.server = await own.serve(own.folder, own.server.address, {}, []);
		await campaign();
		const seen = await waitUntil(async () => {
			const data = await readHook(own, made.id);
			return data.waiting === 1 && data.last_error ? data : null;
		}, 20, 'a failed attempt');
		expect(seen.last_error).toBeTruthy();
		expect(target.received.length).toBe(1);
		await target.stop();
	}));

// ---- the resource ----

test('webhooks are made once an event, listed, deleted', async () => {
	const url = 'https://hooks.invalid/a';
	const { data: made } = await good(w.api.POST('/v1/webhooks', { body: wrong({ url, event: 'Campaign', secret: 's' }) }), 201);
	expect(made).toMatchObject({ event: 'campaign', secret: 's', url, waiting: 0 });
	await refused(w.api.POST('/v1/webhooks', { body: { data: { url, event: 'campaign' } } }), 409, 1203, 'data.event');
	const { data: message } = await good(w.api.POST('/v1/webhooks', { body: { data: { url, event: 'message' } } }), 201);
	const list = await w.all('/v1/webhooks?page_size=1');
	expect(list.map((h) => h.id)).toEqual([message.id, made.id]);
	expect(list[0].secret).toBeUndefined();
	await remove(w, made.id);
	await remove(w, message.id);
	await refused(w.api.DELETE('/v1/webhooks/{webhook}', at({ webhook: made.id })), 404, 1201);
	await refused(w.api.GET('/v1/webhooks/{webhook}', at({ webhook: made.id })), 404, 1201);
	await refused(w.api.GET('/v1/webhooks/{webhook}', at({ webhook: 'x' })), 400, 1202);
	await refused(w.api.DELETE('/v1/webhooks/{webhook}', at({ webhook: 'x' })), 400, 1202);
	await refused(w.call('GET', `/v1/webhooks/${UNKNOWN_ID}/deliveries`), 404, 1201);
	await refused(w.call('GET', '/v1/webhooks/x/deliveries'), 400, 1202);
});

test('faults of a webhook, and addresses that are not public', () =>
	withWorld({ webhooks: false }, async (own) => {
		const url = 'https://hooks.invalid/a';
		const post = (data: unknown) => own.api.POST('/v1/webhooks', { body: wrong(data) });
		expect(await faults(post({ secret: '' }))).toEqual([[400, 1204, 'data.url'], [400, 1206, 'data.event'], [400, 1205, 'data.secret']]);
		for (const [data, code, field] of [
			[{ url, event: 'sms' }, 1207, 'event'],
			[{ url, event: 1 }, 1207, 'event'],
			[{ url: `https://hooks.invalid/${'x'.repeat(2083)}`, event: 'message' }, 1208, 'url'],
			[{ url: 'ftp://hooks.invalid', event: 'message' }, 1209, 'url'],
			[{ url: 'https://me:pass@hooks.invalid', event: 'message' }, 1209, 'url'],
			[{ url, event: 'message', secret: 'x'.repeat(256) }, 1205, 'secret'],
			...['127.0.0.1', 'localhost', '[::1]', '10.1.2.3', '192.168.0.1:8080', '169.254.169.254', '[fe80::1]', '[::ffff:127.0.0.1]', '0x7f000001', '224.0.0.1'].map(
				(host) => [{ url: `http://${host}/x`, event: 'message' }, 1209, 'url'] as const,
			),
		] as const)
			await refused(post(data), 400, code, `data.${field}`);
		expect(await own.all('/v1/webhooks')).toEqual([]);
		const { data: viewer } = await good(own.api.POST('/v1/keys', { body: { data: { name: 'v', role: 'viewer' } } }), 201);
		const { data: sender } = await good(own.api.POST('/v1/keys', { body: { data: { name: 's', role: 'sender' } } }), 201);
		await good(own.as(viewer.key).GET('/v1/webhooks'));
		await refused(own.as(sender.key).POST('/v1/webhooks', { body: { data: { url, event: 'message' } } }), 403, 1102);
	}));
