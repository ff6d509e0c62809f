// Campaigns: made, scheduled, paused, canceled, and what becomes of their messages.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { at as when, sleep, waitUntil } from './harness.ts';
import { finished } from './things.ts';
import { at, faults, good, refused, UNKNOWN_ID, withWorld, world, wrong } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const FAR = '2199-01-01 00:00:00';

test('a campaign from its creation to its read receipts', async () => {
	const made = await w.campaign(await w.template(), await w.audience(25));
	expect(made).toMatchObject({ status: 'in_progress', schedule: null, sender: 'MyBusiness', channel: 'whatsapp' });
	const done = await w.wait(made, finished);
	expect(done.messages).toEqual({ total: 25, delivered: 25, failed: 0, queued: 0, sent: 0, read: 25, unconfirmed: 0, skipped: 0 });
	expect(done.start_date && done.end_date).toBeTruthy();
	const campaign = at({ campaign: made.id });
	const { data: analytics } = await good(w.api.GET('/v1/campaigns/{campaign}/analytics', campaign));
	expect(analytics.funnel).toMatchObject({ audience: 25, sent: 25, read: 25 });
	expect(analytics.rates).toEqual({ delivered: 1, read: 1, failed: 0 });
	expect(analytics.timeline.reduce((sum, point) => sum + point.sent, 0)).toBe(25);
	const byDay = { params: { path: { campaign: made.id }, query: { interval: 'day' } } } as const;
	expect((await good(w.api.GET('/v1/campaigns/{campaign}/analytics', byDay))).data.interval).toBe('day');
	const bySecond = { params: { path: { campaign: made.id }, query: { interval: 'second' } } } as const;
	const { data: fine } = await good(w.api.GET('/v1/campaigns/{campaign}/analytics', bySecond));
	expect(fine.interval).toBe('second');
	for (const figure of ['sent', 'read'] as const)
		expect(fine.timeline.reduce((sum, point) => sum + point[figure], 0), figure).toBe(25);
	expect(fine.timeline.length).toBeLessThan(600);
	await refused(w.call('GET', `/v1/campaigns/${made.id}/analytics?interval=week`), 400, 1014, 'interval');
	const messages = await w.messages(made);
	expect(new Set(messages.map((m) => m.to))).toEqual(new Set(Array.from({ length: 25 }, (_, i) => harness.digits(harness.contact(i).number))));
	const { data: one } = await good(w.api.GET('/v1/messages/{message}', at({ message: messages[0]!.id })));
	expect(one).toMatchObject({ status: 'read', text: 'Hello P24, your order 24 is ready.', variables: ['P24', 'order 24'] });
	expect(one.wamid).toMatch(/^wamid\./);
	for (const step of ['accepted', 'sent', 'delivered', 'read'] as const)
		expect(one.times[step], step).toBeTruthy();
});

test('who lacks a value is skipped with the reason', async () => {
	const audience = await w.audienceOf([
		{ number: '447400000001', first_name: 'Ann', custom1: 'one' },
		{ number: '447400000002', custom1: 'two' },
		{ number: '447400000003' },
	]);
	const made = await w.campaign(undefined, audience);
	const done = await w.wait(made, finished);
	expect(done.messages).toMatchObject({ skipped: 1, read: 2 });
	const byNumber = new Map((await w.messages(made)).map((m) => [m.to, m]));
	expect(byNumber.get('447400000002')!.text).toBe('Hello friend, your two is ready.');
	const skipped = byNumber.get('447400000003')!;
	expect(skipped.status).toBe('rejected');
	expect(skipped.status_details).toContain('placeholder');
	const { data } = await good(w.api.GET('/v1/campaigns/{campaign}/analytics', at({ campaign: made.id })));
	expect(data.skips).toEqual([{ rule: 'empty_placeholder', count: 1, share: 0.3333, meaning: skipped.status_details }]);
});

test('create faults', async () => {
	const template = await w.template();
	const audience = await w.audience();
	const fine = { name: w.name('fine'), channel: 'whatsapp', from: 'MyBusiness', template: template.id, audience: audience.id };
	await w.campaign(template, audience, { name: 'Taken', schedule: FAR });
	const pending = (await w.pendingTemplate()).id;
	const create = (data: object) => w.api.POST('/v1/campaigns', { body: wrong(data) });
	expect(await faults(create({}))).toEqual([
		[400, 1515, 'data.channel'],
		[400, 1603, 'data.from'],
		[400, 1607, 'data.template'],
		[400, 1605, 'data.audience'],
	]);
	const cases: [object, number, number][] = [
		[{ name: '' }, 400, 1631],
		[{ name: 'x'.repeat(46) }, 400, 1631],
		[{ name: 'a\nb' }, 400, 1631],
		[{ name: 'Taken' }, 409, 1614],
		[{ channel: 'sms' }, 400, 1515],
		[{ from: 'Nobody' }, 400, 1604],
		[{ from: 5 }, 400, 1604],
		[{ template: 'x' }, 400, 1608],
		[{ template: UNKNOWN_ID }, 400, 1616],
		[{ template: audience.id }, 400, 1616],
		[{ template: pending }, 400, 1608],
		[{ audience: 'x' }, 400, 1606],
		[{ audience: UNKNOWN_ID }, 400, 1616],
		[{ schedule: 'tomorrow' }, 400, 1609],
		[{ schedule: '2027-02-30 10:00:00' }, 400, 1609],
		[{ schedule: '2027-02-20 24:00:00' }, 400, 1609],
		[{ schedule: 5 }, 400, 1609],
		[{ schedule: '2020-01-01 00:00:00' }, 400, 1522],
		[{ timezone: 'Mars', schedule: '2027-01-01 00:00:00' }, 400, 1609],
		[{ timezone: 'Mars', schedule: '2199-01-01T00:00:00Z' }, 400, 1609],
		[{ timezone: 'Mars' }, 400, 1609],
		[{ deadline: '2020-01-01 00:00:00' }, 400, 1615],
		[{ on_unconfirmed: 'maybe' }, 400, 1615],
		[{ late_start_limit: -5 }, 400, 1615],
		[{ rate: 0 }, 400, 1615],
		[{ rate: -1 }, 400, 1615],
		[{ canary: -1 }, 400, 1615],
	];
	for (const [change, status, code] of cases)
		await refused(create({ ...fine, ...change }), status, code, `data.${Object.keys(change)[0]}`);
	expect(await faults(create({ ...fine, name: 'Taken', from: 'Nobody', audience: UNKNOWN_ID, schedule: 'x' }))).toEqual([
		[409, 1614, 'data.name'],
		[400, 1604, 'data.from'],
		[400, 1616, 'data.audience'],
		[400, 1609, 'data.schedule'],
	]);
	await refused(w.api.GET('/v1/campaigns/{campaign}', at({ campaign: 'nope' })), 400, 1602);
	await refused(w.api.GET('/v1/campaigns/{campaign}', at({ campaign: UNKNOWN_ID })), 404, 1601);
	await refused(w.api.GET('/v1/campaigns/{campaign}/analytics', at({ campaign: UNKNOWN_ID })), 404, 1601);
});

test('a name left out is made', async () => {
	const template = (await w.template()).id;
	const audience = (await w.audience(1)).id;
	const names = new Set<string>();
	for (let i = 0; i < 3; i++) {
		const body = { data: { channel: 'whatsapp', from: 'MyBusiness', template, audience, schedule: FAR } } as const;
		const { data } = await good(w.api.POST('/v1/campaigns', { body }), 201);
		// A second of its own, or the next number of the same.
		const n = [...names].filter((name) => name.startsWith(`Campaign ${data.create_date}`)).length;
		expect(data.name).toBe(`Campaign ${data.create_date}${n ? ` (${n + 1})` : ''}`);
		names.add(data.name);
	}
});

test('schedules', async () => {
	const template = await w.template();
	const audience = await w.audience(4);
	const made = await w.campaign(template, audience, { schedule: when(2) });
	expect(made.status).toBe('scheduled');
	expect(await w.messages(made)).toEqual([]);
	const later = await w.campaign(template, audience, { schedule: '2198-07-01T12:00:00+02:00' });
	expect(later.schedule).toBe('2198-07-01 10:00:00');
	const put = (campaign: string, data: object) => w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign }), body: { data } });
	const moved = await good(put(later.id, { schedule: '2198-03-02 10:00:00', timezone: 'Europe/Paris' }));
	expect(moved.data.schedule).toBe('2198-03-02 09:00:00');
	await refused(put(later.id, { schedule: '2020-01-01 00:00:00' }), 400, 1522, 'data.schedule');
	await refused(put(later.id, { schedule: 'soon' }), 400, 1609, 'data.schedule');
	await refused(put(later.id, { status: 'completed' }), 409, 1611, 'data.status');
	expect(await faults(put(later.id, { name: made.name, schedule: '2020-01-01 00:00:00', timezone: 'Mars', status: 'completed' } as {}))).toEqual([
		[409, 1614, 'data.name'],
		[400, 1609, 'data.timezone'],
		[409, 1611, 'data.status'],
	]);
	expect(await faults(put(later.id, { name: made.name, schedule: '2020-01-01 00:00:00' }))).toEqual([
		[409, 1614, 'data.name'],
		[400, 1522, 'data.schedule'],
	]);
	await refused(put(UNKNOWN_ID, { name: ' ', schedule: 'soon' }), 404, 1601);
	const before = await w.read(later);
	expect((await good(put(later.id, { rate: 50, deadline: 'soon', from: 5 } as {}))).data).toEqual(before); // unknown fields of this call
	const ends = await w.campaign(template, audience, { schedule: FAR, deadline: '2199-01-02 00:00:00' });
	await refused(put(ends.id, { schedule: '2199-01-02 00:00:00' }), 400, 1615, 'data.schedule');
	expect((await good(put(ends.id, { schedule: '2199-01-01 23:59:59' }))).data.schedule).toBe('2199-01-01 23:59:59');
	await good(put(ends.id, { status: 'canceled' }));
	expect((await good(put(later.id, { status: 'canceled' }))).data.status).toBe('canceled');
	await refused(put(later.id, { schedule: when(100) }), 409, 1611, 'data.schedule');
	await refused(put(later.id, { status: 'canceled' }), 409, 1611, 'data.status');
	const done = await w.wait(made, finished);
	expect(Math.abs(Date.parse(`${done.start_date}Z`) - Date.parse(`${done.schedule}Z`))).toBeLessThanOrEqual(1000);
	await refused(put(made.id, { schedule: when(100) }), 409, 1611, 'data.schedule');
});

test('renaming and deleting', async () => {
	const made = await w.wait(await w.campaign(undefined, await w.audience(2)), finished);
	const one = at({ campaign: made.id });
	const other = await w.campaign(undefined, await w.audience(1), { schedule: FAR });
	const rename = (name: string) => w.api.PUT('/v1/campaigns/{campaign}', { ...one, body: { data: { name } } });
	expect((await good(rename('Ünïcode — 名'))).data.name).toBe('Ünïcode — 名');
	await refused(rename(other.name), 409, 1614, 'data.name');
	await refused(rename(' '), 400, 1631, 'data.name');
	const message = (await w.messages(made))[0]!.id;
	await good(w.api.DELETE('/v1/campaigns/{campaign}', one), 204);
	await refused(w.api.GET('/v1/campaigns/{campaign}', one), 404, 1601);
	await refused(w.api.GET('/v1/messages/{message}', at({ message })), 404, 1501);
	await refused(w.api.GET('/v1/messages/{message}', at({ message: 'x' })), 400, 1502);
	await refused(w.api.DELETE('/v1/campaigns/{campaign}', one), 404, 1601);
	await good(w.api.DELETE('/v1/campaigns/{campaign}', at({ campaign: other.id })), 204);
});

test('lists and filters', async () => {
	const made = await w.campaign(undefined, await w.audience(1), { schedule: FAR });
	const ids = async (query: string) => (await w.get(`/v1/campaigns?${query}`)).tree.data.map((c: { id: string }) => c.id);
	expect(await ids('page_size=1')).toEqual([made.id]);
	expect(await ids('filter[channel]=WHATSAPP&filter[statuses]=scheduled,in_progress&page_size=100')).toContain(made.id);
	expect(await ids('filter%5Bstatuses%5D=completed&page_size=100')).not.toContain(made.id);
	expect(await ids('filter[statuses]=nonsense')).toEqual([]);
	expect(await ids('filter[channel]=SMS')).toEqual([]);
	expect(await ids(`filter[search]=${encodeURIComponent(made.name.toUpperCase())}`)).toEqual([made.id]);
	expect(await ids('filter[senders]=Nobody')).toEqual([]);
	expect(await ids('filter[senders]=MyBusiness&page_size=100')).toContain(made.id);
});

test('messages of all campaigns and of one', async () => {
	const made = await w.wait(await w.campaign(undefined, await w.audience(5)), finished);
	const ofOne = async (id: string) => (await w.get(`/v1/messages?filter[campaign_id]=${id}`)).tree;
	const one = await ofOne(made.id);
	expect(one.pagination.total).toBe(5);
	const everything = (await w.all('/v1/messages?page_size=7')).map((m) => m.id);
	expect(new Set(everything).size).toBe(everything.length);
	expect(everything.length).toBe((await w.get('/v1/messages')).tree.pagination.total);
	for (const { id } of one.data)
		expect(everything).toContain(id);
	expect((await ofOne(UNKNOWN_ID)).data).toEqual([]);
	expect((await ofOne('x')).data).toEqual([]);
});

test('pause, resume and cancel in mid flight', async () => {
	const made = await w.campaign(undefined, await w.audience(900), { rate: 100 });
	const one = at({ campaign: made.id });
	await w.wait(made, (d) => d.messages.delivered > 10);
	const { data: held } = await good(w.api.POST('/v1/campaigns/{campaign}/pause', one));
	expect(held).toMatchObject({ status: 'in_progress', hold: { by: 'person', reason: expect.stringMatching(/./) } });
	await refused(w.api.DELETE('/v1/campaigns/{campaign}', one), 409, 1612);
	const quiet = await w.wait(made, (d) => d.messages.sent === 0 && d.messages.read === d.messages.delivered);
	await sleep(300); // a lane that does not rest would have sent 30 more
	expect((await w.read(made)).messages.read).toBeLessThanOrEqual(quiet.messages.read + 1);
	expect((await good(w.api.POST('/v1/campaigns/{campaign}/resume', one))).data.hold).toBeNull();
	await w.wait(made, (d) => d.messages.delivered > quiet.messages.delivered + 10);
	const canceled = await good(w.api.PUT('/v1/campaigns/{campaign}', { ...one, body: { data: { status: 'canceled' } } }));
	expect(canceled.data.status).toBe('canceled');
	const { messages } = await w.wait(
		made,
		({ messages: m }) => m.queued === 0 && m.sent === 0 && m.read + m.skipped === 900,
	);
	const taken = (await w.messages(made)).filter((m) => m.state === 'read').length;
	expect(messages).toMatchObject({ read: taken, total: 900 });
	const { data } = await good(w.api.GET('/v1/campaigns/{campaign}/analytics', one));
	expect(data.funnel.canceled).toBe(900 - taken);
	for (const action of ['/v1/campaigns/{campaign}/pause', '/v1/campaigns/{campaign}/resume'] as const) {
		await refused(w.api.POST(action, one), 409, 1611);
		await refused(w.api.POST(action, at({ campaign: UNKNOWN_ID })), 404, 1601);
	}
});

test('failures by code', async () => {
	await w.sim('POST', '/_sim/faults', { 'refuse-codes': '131026:20', 'fail-codes': '131049:20' });
	const made = await w.campaign(undefined, await w.audience(200), { on_capped: 'fail' });
	const done = await w.wait(made, finished);
	await w.sim('POST', '/_sim/faults', { 'refuse-codes': '', 'fail-codes': '' });
	const { data } = await good(w.api.GET('/v1/campaigns/{campaign}/analytics', at({ campaign: made.id })));
	const byCode = new Map(data.failures.map((failure) => [failure.code, failure]));
	expect(new Set(byCode.keys())).toEqual(new Set([131026, 131049]));
	expect(data.failures.every((failure) => failure.meaning && failure.remedy)).toBe(true);
	expect(data.failures.reduce((sum, failure) => sum + failure.count, 0)).toBe(done.messages.failed);
	expect(data.funnel).toMatchObject({ failed: done.messages.failed, refused: byCode.get(131026)!.count });
	const outcomes = new Set((await w.messages(made)).map((m) => `${m.status} ${m.error_code}`));
	expect(outcomes).toEqual(new Set(['read null', 'rejected 131026', 'failed 131049']));
});

test('who says stop is skipped by later campaigns', async () => {
	const audience = await w.audience(3);
	await w.wait(await w.campaign(undefined, audience), finished);
	const number = harness.digits(harness.contact(1).number);
	const inbound = () => w.metric('crier_webhook_events_total{kind="inbound"}');
	const say = (text: string) => w.sim('POST', '/_sim/inbound', { from: number, phone_number_id: harness.NUMBER, text });
	const before = await inbound();
	await say('Stop!');
	await waitUntil(async () => (await inbound()) > before, 20, 'the STOP');
	const done = await w.wait(await w.campaign(undefined, audience), finished);
	expect(done.messages.skipped).toBe(1);
	expect((await w.messages(done)).filter((m) => m.state === 'skipped').map((m) => m.to)).toEqual([number]);
	await say('start');
	await waitUntil(async () => (await inbound()) > before + 1, 20, 'the START');
	expect((await w.wait(await w.campaign(undefined, audience), finished)).messages.skipped).toBe(0);
});

test('a refused token holds the sender until a new one comes', () =>
	withWorld({ simulator: ['--ceiling', '1000'] }, async (w) => {
		await w.sim('POST', '/_sim/numbers', { phone_number_id: harness.NUMBER, waba_id: harness.WABA }); // whatever token comes
		const template = await w.template();
		const audience = await w.audience(50);
		await w.sim('POST', '/_sim/faults', { 'token-expired': 'on' });
		const made = await w.campaign(template, audience);
		const sender = await waitUntil(async () => (await good(w.api.GET('/v1/senders'))).data.find((s) => s.hold), 20, 'the hold');
		expect(sender.status).toBe('blocked');
		expect(sender.hold!.reason.toLowerCase()).toContain('token');
		expect((await w.read(made)).messages.queued).toBe(50);
		await w.sim('POST', '/_sim/faults', { 'token-expired': 'off' });
		const fresh = { ...at({ sender: sender.id }), body: { data: { access_token: 'EAAfresh' } } };
		expect((await good(w.api.PUT('/v1/senders/{sender}', fresh))).data.hold).toBeNull();
		expect((await w.wait(made, finished)).messages.read).toBe(50);
		expect((await w.sim('GET', '/_sim/ledger')).doubles).toBe(0);
	}));
