// WhatsApp's limits on whom a business may write to: the 24-hour budget of a portfolio, and people whom it holds marketing back from.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { at as when, waitUntil } from './harness.ts';
import { finished } from './things.ts';
import { at, good, type World, withWorld } from './world.ts';

const LIMIT = 250;
const PORTFOLIO = '506914307656634'; // the simulator's
const SMALL = { simulator: ['--ceiling', '1000', '--messaging-limit', 'TIER_250'] };

/** Contacts that no other call with another `from` has. */
const people = (w: World, n: number, from = 0) => w.audienceOf(Array.from({ length: n }, (_, i) => harness.contact(from + i)));
const limitOf = async (w: World, name = 'MyBusiness') =>
	(await good(w.api.GET('/v1/senders', { params: { query: { 'filter[name]': name } } }))).data[0]!.messaging_limit;
const metrics = async (w: World) =>
	Promise.all(['limit', 'used'].map((what) => w.metric(`crier_budget_${what}{portfolio="${PORTFOLIO}"}`)));
const hours = (from: string, to: string) => (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 3_600_000;

test('a campaign larger than the 24-hour budget says before and while it runs when it goes on, and ends when it may', () =>
	withWorld(SMALL, async (w) => {
		const template = await w.template();
		const audience = await people(w, 300);
		expect(await limitOf(w)).toEqual({ tier: 'TIER_250', used_24h: 0, left_24h: LIMIT });
		const fields = { channel: 'whatsapp', from: 'MyBusiness', template: template.id, audience: audience.id } as const;
		const forecast = async (more: object = {}) => (await good(w.api.POST('/v1/campaigns/preflight', { body: { data: { ...fields, ...more } } }))).data;
		const { estimate, problems } = await forecast();
		expect(estimate.left_out).toBe(0); // without a deadline it takes the days that it takes
		expect(problems.map((p) => p.problem)).not.toContain('deadline');
		const hurried = await forecast({ deadline: when(7200) });
		expect(hurried.estimate.left_out).toBe(50);
		expect(hurried.problems.find((p) => p.problem === 'deadline')!.message).toContain('before 50 of 300 recipients');
		const planned = await w.campaign(template, audience, { schedule: when(3600), deadline: when(7200) });
		expect(planned).toMatchObject({ left_out: 50, expected_end: planned.deadline });
		await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: planned.id }), body: { data: { status: 'canceled' } } }));
		expect(estimate).toMatchObject({ days: 2, limit_24h: LIMIT, sent_24h: 0, left_24h: LIMIT });
		expect(hours(when(0), estimate.end)).toBeGreaterThan(23.9);
		expect(problems.map((p) => p.problem)).toContain('budget');

		const made = await w.campaign(template, audience);
		const waiting = await w.wait(made, (c) => c.messages.read === LIMIT);
		expect(waiting).toMatchObject({ status: 'in_progress', hold: null, sender_hold: null, messages: { queued: 50, failed: 0 } });
		expect(waiting.waits_for).toMatch(/lets this business begin with 250 people in 24 hours.*it goes on after \d{4}-/);
		expect(hours(waiting.start_date!, waiting.expected_end!)).toBeGreaterThan(23.9);
		expect(hours(waiting.start_date!, waiting.expected_end!)).toBeLessThan(24.2);
		const held = await w.all(`/v1/campaigns/${made.id}/recipients?filter[state]=queued&page_size=100`);
		expect(held.length).toBe(50);
		const until = waiting.waits_for!.match(/after (.*)\.$/)![1]!;
		for (const { why } of held)
			expect(why).toContain(`the next of this campaign's messages goes after ${until}.`);
		expect(await limitOf(w)).toEqual({ tier: 'TIER_250', used_24h: LIMIT, left_24h: 0 });
		expect(await metrics(w)).toEqual([LIMIT, LIMIT]);

		// whoever has a place already is written to all the same
		const again = await w.wait(await w.campaign(template, await people(w, 20)), finished);
		expect(again.messages.read).toBe(20);
		// a larger limit, as a webhook tells
		await w.sim('POST', '/_sim/faults', { 'messaging-limit': 'TIER_2K' });
		const value = { max_daily_conversations_per_business: 2000, max_phone_numbers_per_business: 25 };
		await w.sim('POST', '/_sim/event', { waba_id: harness.WABA, field: 'business_capability_update', value });
		expect((await w.wait(made, finished)).messages.read).toBe(300);
		expect(await limitOf(w)).toEqual({ tier: 'TIER_2K', used_24h: 300, left_24h: 1700 });
		expect((await forecast()).estimate.days).toBe(1);
		const { taken, doubles } = await w.sim('GET', '/_sim/ledger'); // over both campaigns
		expect([taken, doubles]).toEqual([320, 20]);
	}));

test('campaigns of two numbers share one budget in the order in which they begin', () =>
	withWorld(SMALL, async (w) => {
		const second = `${harness.NUMBER.slice(0, -1)}4`;
		const template = await w.template();
		await w.sender('Second', second);
		const first = await w.campaign(template, await people(w, 200));
		await w.wait(first, finished);
		const later = await w.campaign(template, await people(w, 100, 1000), { from: 'Second' });
		const waiting = await w.wait(later, (c) => c.messages.read === 50);
		expect(waiting.messages.queued).toBe(50);
		expect(waiting.waits_for).toContain('24 hours');
		const scheduled = await w.campaign(template, await people(w, 10, 2000), { schedule: when(3600) });
		// its ten come after the fifty: sixty of the first two hundred places, which are free in a day
		expect(hours(when(0), scheduled.expected_end!)).toBeGreaterThan(23.9);
		expect(hours(when(0), scheduled.expected_end!)).toBeLessThan(24.2);
		for (const name of ['MyBusiness', 'Second'])
			expect(await limitOf(w, name)).toMatchObject({ used_24h: LIMIT, left_24h: 0 });
		expect(await metrics(w)).toEqual([LIMIT, LIMIT]);
		// what is canceled needs no places, and what was sent keeps them
		await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: later.id }), body: { data: { status: 'canceled' } } }));
		expect(await limitOf(w)).toMatchObject({ used_24h: LIMIT });
		expect(await w.server.stop()).toBe(0);
		await w.restart();
		expect(await limitOf(w)).toMatchObject({ used_24h: LIMIT });
		expect((await w.sim('GET', '/_sim/ledger')).doubles).toBe(0);
	}));

test('without a limit a scheduled campaign ends at the pace of its number', () =>
	withWorld({}, async (w) => {
		const schedule = when(7200);
		const made = await w.campaign(await w.template(), await people(w, 600), { schedule, rate: 10 });
		expect(hours(schedule, made.expected_end!) * 3600).toBeCloseTo(60, 0);
		expect((await w.get('/metrics', { key: null })).text).not.toContain('crier_budget_used{');
	}));

test('whom WhatsApp holds marketing back from waits for a day and longer, and the next campaign knows', () =>
	withWorld({ simulator: ['--ceiling', '1000', '--fail-codes', '131049:100'] }, async (w) => {
		const template = await w.template();
		const audience = await people(w, 5);
		const made = await w.campaign(template, audience);
		const held = () => w.all(`/v1/campaigns/${made.id}/recipients?filter[state]=queued`);
		const rows = await waitUntil(async () => {
			const rows = await held();
			return rows.length === 5 && rows.every((r) => r.code === 131049) ? rows : null;
		}, 30, 'the words of those who are held back');
		for (const row of rows) {
			expect(row.why).toMatch(/It was certainly not sent so far \(code 131049: .* it is tried again after/);
			expect(hours(when(0), row.why.match(/after (.{19})\.$/)[1])).toBeGreaterThan(23.9);
		}
		const waiting = await w.read(made);
		expect(waiting).toMatchObject({ status: 'in_progress', delayed: { count: 5, others_end: null } });
		expect(hours(when(0), waiting.expected_end!)).toBeGreaterThan(23.9);
		expect(hours(when(0), waiting.expected_end!)).toBeLessThan(25.3);
		const fields = { channel: 'whatsapp', from: 'MyBusiness', template: template.id, audience: audience.id } as const;
		const { problems } = (await good(w.api.POST('/v1/campaigns/preflight', { body: { data: fields } }))).data;
		expect(problems.find((p) => p.problem === 'capped_lately')?.message).toContain('5');
		expect((await w.sim('GET', '/_sim/ledger')).taken).toBe(5);
	}));

test('a forecast tells of those who wait for a day beside the others, and ends by the deadline', () =>
	withWorld({ simulator: ['--ceiling', '1000', '--fail-codes', '131049:100'] }, async (w) => {
		const made = await w.campaign(await w.template(), await people(w, 60), { rate: 1, deadline: when(3 * 86400) });
		await waitUntil(async () => (await w.read(made)).delayed !== null, 30, 'somebody who is held back');
		await w.sim('POST', '/_sim/faults', { 'fail-codes': '' });
		const { delayed, expected_end, messages } = await w.read(made);
		expect(delayed!.count).toBeLessThan(messages.queued);
		expect(hours(when(0), delayed!.others_end!) * 3600).toBeLessThan(61);
		expect(hours(when(0), expected_end!)).toBeGreaterThan(23.9);
		await good(w.api.POST('/v1/campaigns/{campaign}/pause', at({ campaign: made.id })));
		expect(await w.read(made)).toMatchObject({ expected_end: null, delayed: null });
		const soon = await w.campaign(await w.template(), await people(w, 600), { rate: 1, deadline: when(120) });
		const { expected_end: end } = await w.wait(soon, (c) => c.messages.total === 600);
		expect(hours(when(0), end!) * 3600).toBeLessThan(121);
	}));
