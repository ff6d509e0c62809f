// Opt-outs: by the API, by a word, by Meta's switch; a number that is out is not written to.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { waitUntil } from './harness.ts';
import { finished } from './things.ts';
import { at, faults, good, refused, UNKNOWN_ID, world, wrong } from './world.ts';

const w = world();
const FIRST = harness.digits(harness.contact(0).number);

const add = (number: string, text?: string) => w.api.POST('/v1/optouts', { body: { data: { number, text } } });

test('added, answered as it stands, obeyed, taken away by id or number', async () => {
	const { data: made } = await good(add(`+${FIRST}`, 'by telephone'), 201);
	expect(made).toMatchObject({ number: FIRST, source: 'api', text: 'by telephone' });
	const { data: again } = await good(add(FIRST, 'another note'), 200);
	expect(again).toEqual(made);
	for (const optout of [made.id, FIRST, `+${FIRST}`])
		expect((await good(w.api.GET('/v1/optouts/{optout}', at({ optout })))).data).toEqual(made);
	const first = await w.wait(await w.campaign(undefined, await w.audience(3)), finished);
	expect(first.messages).toMatchObject({ total: 3, skipped: 1, read: 2 });
	await good(w.api.DELETE('/v1/optouts/{optout}', at({ optout: FIRST })), 204);
	for (const optout of [made.id, FIRST])
		await refused(w.api.GET('/v1/optouts/{optout}', at({ optout })), 404, 1901);
	await refused(w.api.DELETE('/v1/optouts/{optout}', at({ optout: made.id })), 404, 1901);
	const second = await w.wait(await w.campaign(undefined, await w.audience(3)), finished);
	expect(second.messages).toMatchObject({ skipped: 0, read: 3 });
});

test('words of people stand in the list, and are outlived by newer ones', async () => {
	await w.sender();
	const number = '447400000055';
	const say = (text: string) => w.sim('POST', '/_sim/inbound', { from: number, phone_number_id: harness.NUMBER, text });
	const find = async () => (await w.all(`/v1/optouts?filter[search]=000055&filter[source]=Inbound,whatsapp`))[0];
	await say('Stop.');
	const out = await waitUntil(find, 20, 'the STOP');
	expect(out).toMatchObject({ number, source: 'inbound', text: 'Stop.' });
	await good(w.api.DELETE('/v1/optouts/{optout}', at({ optout: out.id })), 204);
	expect(await find()).toBeUndefined();
	await good(add(number), 201);
	await say('start');
	await waitUntil(async () => (await w.all('/v1/optouts?filter[search]=000055')).length === 0, 20, 'the START');
});

test('lists, filters, pages', async () => {
	for (let i = 60; i < 65; i++)
		await good(add(`4474000000${i}`), 201);
	const list = await w.all('/v1/optouts?page_size=2&filter[search]=4474000000&filter[source]=api');
	expect(list.map((o) => o.number)).toEqual([64, 63, 62, 61, 60].map((i) => `4474000000${i}`));
	expect(await w.all('/v1/optouts?filter[source]=nonsense')).toEqual([]);
	expect(await w.all('/v1/optouts?filter[source]=')).toEqual([]);
	await refused(w.call('GET', '/v1/optouts?page_size=0'), 400, 1016, 'page_size');
	await refused(w.call('GET', '/v1/optouts?page_token=x'), 400, 1015, 'page_token');
	for (let i = 60; i < 65; i++)
		await good(w.api.DELETE('/v1/optouts/{optout}', at({ optout: `4474000000${i}` })), 204);
});

test('faults', async () => {
	const post = (data: unknown) => w.api.POST('/v1/optouts', { body: wrong(data) });
	await refused(post({}), 400, 1903, 'data.number');
	expect(await faults(post({ number: '12', text: 'x'.repeat(1001) }))).toEqual([[400, 1904, 'data.number'], [400, 1906, 'data.text']]);
	await refused(post({ number: 447400123456 }), 400, 1904, 'data.number');
	await refused(post({ number: '1'.repeat(46) }), 400, 1905, 'data.number');
	await refused(post({ number: FIRST, text: 'a\u0007' }), 400, 1906, 'data.text');
	await refused(w.api.GET('/v1/optouts/{optout}', at({ optout: UNKNOWN_ID })), 404, 1901);
	await refused(w.api.GET('/v1/optouts/{optout}', at({ optout: '44' })), 400, 1902);
	await refused(w.api.DELETE('/v1/optouts/{optout}', at({ optout: 'x' })), 400, 1902);
	await refused(w.api.DELETE('/v1/optouts/{optout}', at({ optout: '447400999999' })), 404, 1901);
	const { data: viewer } = await good(w.api.POST('/v1/keys', { body: { data: { name: 'v', role: 'viewer' } } }), 201);
	await good(w.as(viewer.key).GET('/v1/optouts'));
	await refused(w.as(viewer.key).POST('/v1/optouts', { body: { data: { number: FIRST } } }), 403, 1102);
});
