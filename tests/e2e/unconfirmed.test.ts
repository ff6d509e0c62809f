// What a person decides about messages that left and of which no answer is known.
import { expect, test } from 'vitest';
import { at as when } from './harness.ts';
import { completed } from './things.ts';
import { at, good, refused, UNKNOWN_ID, world } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const ledger = async (): Promise<{ taken: number; doubles: number }> => w.sim('GET', '/_sim/ledger');

/** A campaign of which some messages got no clear answer; Meta took none of these. */
async function doubtful(n: number, more: object = {}) {
	await w.sim('POST', '/_sim/faults', { 'error5xx-before': 20 });
	const made = await w.wait(await w.campaign(undefined, await w.audience(n), more), completed, 60);
	await w.sim('POST', '/_sim/faults', { 'error5xx-before': 0 });
	expect(made.messages.unconfirmed).toBeGreaterThan(1);
	return made;
}
const decide = (campaign: string, data: { action: 'resend' | 'give_up'; messages?: string[] }) =>
	w.api.POST('/v1/campaigns/{campaign}/unconfirmed', { ...at({ campaign }), body: { data } });
const unconfirmed = (campaign: string) => w.all(`/v1/campaigns/${campaign}/recipients?filter[state]=unconfirmed&page_size=100`);

test('a person has unconfirmed messages sent again, or gives them up', async () => {
	const before = await ledger();
	const made = await doubtful(60);
	const n = made.messages.unconfirmed;
	const rows = await unconfirmed(made.id);
	expect(rows.length).toBe(n);
	expect(rows[0].why).toContain('a person who says that it is to be sent again or given up');
	const { data: one } = await good(decide(made.id, { action: 'resend', messages: [rows[0].id] }));
	expect(one).toMatchObject({ campaign_id: made.id, action: 'resend', count: 1 });
	const after = await w.wait(made, (c) => c.status === 'completed' && c.messages.unconfirmed === n - 1);
	expect((await good(decide(made.id, { action: 'resend', messages: [rows[0].id] }))).data.count).toBe(0); // it is settled
	expect(after.messages.total).toBe(60);
	expect((await good(decide(made.id, { action: 'give_up' }))).data.count).toBe(n - 1);
	const done = await w.wait(made, (c) => c.messages.skipped === n - 1);
	expect(done).toMatchObject({ status: 'completed', messages: { unconfirmed: 0 } });
	const given = await w.all(`/v1/campaigns/${made.id}/recipients?filter[state]=skipped&page_size=100`);
	for (const row of given)
		expect(row).toMatchObject({ rule: 'given_up', why: expect.stringContaining('a person gave it up') });
	expect((await good(decide(made.id, { action: 'give_up' }))).data.count).toBe(0);
	const log = (await w.all(`/v1/activity?filter[campaign]=${made.id}&page_size=100`)).map((row) => [row.action, row.detail?.count]);
	expect(log).toContainEqual(['campaign_resent', 1]);
	expect(log).toContainEqual(['campaign_given_up', n - 1]);
	expect(log.map(([action]) => action)).toContain('campaign_reopened');
	const now = await ledger();
	expect([now.taken - before.taken, now.doubles - before.doubles]).toEqual([60 - (n - 1), 0]);
});

test('decisions that are wrong or come too late', async () => {
	const made = await doubtful(40, { deadline: when(3600) });
	const other = await w.campaign(undefined, await w.audience(1));
	const [theirs] = await w.all(`/v1/campaigns/${(await w.wait(other, completed)).id}/recipients`);
	for (const [data, field] of [
		[{}, 'action'],
		[{ action: 'forget' }, 'action'],
		[{ action: 'resend', messages: [] }, 'messages'],
		[{ action: 'resend', messages: 'all' }, 'messages'],
		[{ action: 'resend', messages: Array(101).fill(UNKNOWN_ID) }, 'messages'],
		[{ action: 'resend', messages: ['x'] }, 'messages[0]'],
		[{ action: 'give_up', messages: [theirs.id] }, 'messages[0]'],
	] as const)
		await refused(w.call('POST', `/v1/campaigns/${made.id}/unconfirmed`, { data }), 400, 1615, `data.${field}`);
	const several = await w.call('POST', `/v1/campaigns/${made.id}/unconfirmed`, { data: { action: 'forget', messages: ['x', theirs.id] } });
	expect(several.tree.errors.map((e: { field: string }) => e.field)).toEqual(['data.action', 'data.messages[0]', 'data.messages[1]']);
	await refused(decide(UNKNOWN_ID, { action: 'resend' }), 404, 1601);
	expect((await w.read(made)).messages.unconfirmed).toBe(made.messages.unconfirmed);
	const running = await w.campaign(undefined, await w.audience(200), { rate: 20 });
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: running.id }), body: { data: { status: 'canceled' } } }));
	await refused(decide(running.id, { action: 'resend' }), 409, 1611);
	expect((await good(decide(running.id, { action: 'give_up' }))).data.count).toBe(0);
});
