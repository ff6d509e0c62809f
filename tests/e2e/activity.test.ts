// The log: who did what and when.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { at as when, waitUntil } from './harness.ts';
import { finished } from './things.ts';
import { at, good, refused, UNKNOWN_ID, world } from './world.ts';

const w = world();
const words = async (query: string): Promise<string[]> => (await w.all(`/v1/activity?${query}`)).map((a) => a.action).reverse();

test('each act is a row', async () => {
	const campaign = await w.campaign(undefined, await w.audience(3), { name: 'Log of one', schedule: when(3600) });
	const one = at({ campaign: campaign.id });
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...one, body: { data: { name: 'Log of two' } } }));
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...one, body: { data: { schedule: when(7200) } } }));
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...one, body: { data: { status: 'canceled' } } }));
	await good(w.api.DELETE('/v1/campaigns/{campaign}', one), 204);
	const all = await w.all(`/v1/activity?filter[campaign]=${campaign.id}`);
	expect(all.map((a) => a.action)).toEqual(
		['campaign_deleted', 'campaign_canceled', 'campaign_rescheduled', 'campaign_renamed', 'campaign_created']);
	expect(all[3]).toMatchObject({
		actor: { type: 'key', name: 'operator' }, resource: { type: 'campaign', id: campaign.id, name: 'Log of two' },
		detail: { from: 'Log of one' }, text: 'The campaign “Log of one” was renamed to “Log of two” with the key “operator”.',
	});

	const sent = await w.wait(await w.campaign(undefined, await w.audience(3)), finished);
	expect(await words(`filter[campaign]=${sent.id}`)).toEqual(['campaign_created', 'campaign_started', 'campaign_completed']);
	const [completed] = await w.all(`/v1/activity?filter[campaign]=${sent.id}&filter[action]=campaign_completed`);
	expect(completed).toMatchObject({ actor: { type: 'server', id: null, name: null }, detail: null });
});

test('filters and pages', async () => {
	const number = '447400000055';
	await good(w.api.POST('/v1/optouts', { body: { data: { number } } }), 201);
	await good(w.api.DELETE('/v1/optouts/{optout}', at({ optout: number })), 204);
	await w.sender();
	await w.sim('POST', '/_sim/inbound', { from: number, phone_number_id: harness.NUMBER, text: 'STOP' });
	await waitUntil(async () => (await words('filter[resource]=optout')).length === 3, 20, 'the STOP');
	const optouts = await w.all('/v1/activity?page_size=1&filter[resource]=optout');
	expect(optouts.map((a) => [a.action, a.actor.type])).toEqual(
		[['optout_added', 'whatsapp'], ['optout_removed', 'key'], ['optout_added', 'key']]);
	expect(await words('filter[action]=optout_removed,optout_added&page_size=2')).toEqual(['optout_added', 'optout_removed', 'optout_added']);
	expect(await words('filter[resource]=sender')).toContain('sender_registered');
	const approved = (await w.all('/v1/activity?filter[resource]=template')).find((a) => a.action === 'template_approved');
	expect(approved.actor).toEqual({ type: 'whatsapp', id: null, name: null });
	for (const nothing of ['filter[action]=sung', 'filter[resource]=weather', `filter[campaign]=${UNKNOWN_ID}`, 'filter[campaign]=x',
		'filter[action]=key_created&filter[resource]=optout'])
		expect(await words(nothing), nothing).toEqual([]);
	await refused(w.call('GET', '/v1/activity?page_size=0'), 400, 1016, 'page_size');
	await refused(w.call('GET', '/v1/activity?page_token=x'), 400, 1015, 'page_token');
});

test('a key is named as it was, also when it is gone', async () => {
	const { data: key } = await good(w.api.POST('/v1/keys', { body: { data: { name: 'fleeting', role: 'sender' } } }), 201);
	const made = await w.call('POST', '/v1/audiences', { data: { name: 'by the fleeting', channel: 'whatsapp' } }, { key: key.key });
	expect(made.status).toBe(201);
	await good(w.api.DELETE('/v1/keys/{key}', at({ key: key.id })), 204);
	const [row] = await w.all('/v1/activity?filter[action]=audience_created');
	expect(row.actor).toEqual({ type: 'key', id: key.id, name: 'fleeting' });
	expect(row.text).toBe('The audience “by the fleeting” was created with the key “fleeting”.');
	expect(await words('filter[resource]=key')).toEqual(expect.arrayContaining(['key_created', 'key_deleted']));
	expect(JSON.stringify(await w.all('/v1/activity'))).not.toContain(key.key);
});
