// Single messages, what people write, and the list of both.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { waitUntil } from './harness.ts';
import { at, faults, good, refused, UNKNOWN_ID, withWorld, world, wrong } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'], server: ['--blocked-countries', 'fr,CU', '--test-allowance', '12'] });
const FAR = '2199-01-01 00:00:00';
let n = 500;
/** A number that nothing else is sent to. */
const person = () => `447401${String(n++).padStart(6, '0')}`;

const send = (data: object) => w.api.POST('/v1/messages', { body: wrong({ channel: 'whatsapp', from: 'MyBusiness', ...data }) });
const sent = async (data: object) => (await good(send(data), 201)).data;
const read = async (message: string) => (await good(w.api.GET('/v1/messages/{message}', at({ message })))).data;
const when = (message: string, ready: (m: Awaited<ReturnType<typeof read>>) => boolean) =>
	waitUntil(async () => {
		const data = await read(message);
		return ready(data) ? data : null;
	}, 30, "the message's progress");

/** A person writes, and we know of it. */
async function writes(from: string, text: string, fields: object = {}) {
	await w.sender();
	await w.sim('POST', '/_sim/inbound', { from, phone_number_id: harness.NUMBER, text, ...fields });
	return waitUntil(async () => (await w.all(`/v1/messages?filter[from]=${from}&filter[direction]=mo`)).find((m) => m.text === text), 30, 'the message');
}

test('a template to two people', async () => {
	const template = await w.template('Dear {first_name}, your {what} is at {where|the shop}, {first_name}.');
	const to = [`+${person()}`, person()];
	const made = await sent({ to, template: template.id, variables: ['Ann', 'book'], payload: 'order-17' });
	expect(made.map((m) => m.to)).toEqual(to.map(harness.digits));
	for (const m of made)
		expect(m).toMatchObject({ status: 'scheduled', text: 'Dear Ann, your book is at the shop, Ann.', from: 'MyBusiness', encoding: 'GSM-7' });
	const { links, ...done } = await when(made[0]!.id, (m) => m.status === 'read');
	expect(done).toMatchObject({
		variables: ['Ann', 'book', 'the shop'], template_id: template.id, direction: 'MT', country: 'GB', campaign_id: null, contact_id: null,
		test_campaign_id: null, payload: 'order-17', type: 'text', attempts: 1, error_code: null,
	});
	expect(links).not.toHaveProperty('campaign');
	expect(done.wamid).toMatch(/^wamid\./);
	for (const step of ['claimed', 'accepted', 'sent', 'delivered', 'read'] as const)
		expect(done.times[step], step).toBeTruthy();
	const list = await w.all(`/v1/messages?filter[to]=${done.to}`);
	expect(list).toEqual([done]);
	await refused(w.api.DELETE('/v1/messages/{message}', at({ message: done.id })), 409, 1516);
	expect((await good(w.api.GET('/v1/campaigns'))).data).toEqual([]);
});

test('free text within 24 hours after the person wrote, and not before', async () => {
	const number = person();
	await w.sender();
	await refused(send({ to: number, text: 'Hello' }), 400, 1509, 'data.to');
	const heard = await writes(number, 'Are you open? 🕯');
	expect(heard).toMatchObject({
		direction: 'MO', status: 'received', from: number, to: harness.NUMBER, encoding: 'UCS-2', country: 'GB', type: 'text', template_id: null,
		campaign_id: null, status_details: null,
	});
	const { links, ...alone } = await read(heard.id);
	expect(alone).toEqual(heard);
	await refused(w.api.DELETE('/v1/messages/{message}', at({ message: heard.id })), 409, 1516);
	const [text] = await sent({ to: [`+${number}`], text: 'Yes, until six.' });
	const [button] = await sent({ to: number, text: 'Shall we keep it?', button_type: 'quick_reply', button_text: 'Yes', payload: 'keep-1' });
	const [link] = await sent({ to: number, text: 'Look', button_type: 'LINK', button_text: 'Open', button_value: 'https://example.com/a' });
	for (const { id } of [text!, button!, link!])
		expect(await when(id, (m) => m.status === 'read')).toMatchObject({ type: 'text', template_id: null, variables: [] });
	const [image] = await sent({ to: number, type: 'image', url: 'https://example.com/a.png', text: 'The shop' });
	expect(await when(image!.id, (m) => m.status === 'read')).toMatchObject({ type: 'image', text: 'The shop' });
	expect((await faults(send({ to: [number, person()], text: 'Both or none' })))).toEqual([[400, 1509, 'data.to[1]']]);
	expect(await w.all(`/v1/messages?filter[to]=${number}`)).toHaveLength(4);
});

test('media of the account, uploaded to WhatsApp once', async () => {
	const number = person();
	await writes(number, 'Have you a picture?');
	const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
	const medium: string = (await w.call('POST', '/v1/media', png, { contentType: 'image/png' })).data.id;
	const made = [
		...(await sent({ to: number, type: 'image', media_id: medium, text: 'Here' })),
		...(await sent({ to: number, type: 'image', media_id: medium, text: 'Shall we?', button_type: 'quick_reply', button_text: 'Yes' })),
	];
	for (const { id } of made)
		expect(await when(id, (m) => m.status === 'read')).toMatchObject({ type: 'image' });
	for (const [type, code] of [['video', 1276], ['document', 1277]] as const)
		await refused(send({ to: number, type, media_id: medium }), 400, code, 'data.media_id');
	const paper: string = (await w.call('POST', '/v1/media', Buffer.from('%PDF-1.7\n'), { contentType: 'application/pdf' })).data.id;
	await refused(send({ to: number, type: 'image', media_id: paper }), 400, 1275, 'data.media_id');
	const [document] = await sent({ to: number, type: 'document', media_id: paper, filename: 'prices' });
	expect(await when(document!.id, (m) => m.status === 'read')).toMatchObject({ type: 'document', text: '' });
});

test('every rule has its code, several at once in the order of the fields', async () => {
	const { id: template } = await w.template();
	const to = person();
	await w.sender();
	expect(await faults(send({ channel: 'SMS', from: 'Nobody', to: ['12', to, to], variables: [1, 'x'.repeat(71)], template, payload: 'x'.repeat(501) }))).toEqual([
		[400, 1515, 'data.channel'],
		[400, 1505, 'data.from'],
		[400, 1523, 'data.to[0]'],
		[400, 1523, 'data.to[2]'],
		[400, 1514, 'data.variables[0]'],
		[400, 1526, 'data.variables[1]'],
		[400, 1705, 'data.payload'],
	]);
	expect(await faults(w.call('POST', '/v1/messages', { data: {} }))).toEqual([
		[400, 1515, 'data.channel'],
		[400, 1503, 'data.from'],
		[400, 1506, 'data.to'],
		[400, 1508, 'data.text'],
	]);
	const image = { template: undefined, variables: undefined, type: 'image' };
	const cases: [object, number, string][] = [
		[{ from: '' }, 1504, 'data.from'],
		[{ from: 5 }, 1504, 'data.from'],
		[{ to: [] }, 1506, 'data.to'],
		[{ to: Array.from({ length: 11 }, person) }, 1507, 'data.to'],
		[{ to: 447400123456 }, 1523, 'data.to'],
		[{ to: '+5352345678' }, 1531, 'data.to'],
		[{ to: ['+33612345678'] }, 1531, 'data.to[0]'],
		[{ template: 'none' }, 1512, 'data.template'],
		[{ template: UNKNOWN_ID }, 1513, 'data.template'],
		[{ text: 'x' }, 1508, 'data.text'],
		[{ variables: undefined }, 1514, 'data.variables'],
		[{ variables: ['a', 'b', 'c'] }, 1514, 'data.variables'],
		[{ variables: 'a' }, 1514, 'data.variables'],
		[{ template: undefined, variables: undefined, text: 'x'.repeat(1001) }, 1510, 'data.text'],
		[{ template: undefined, variables: undefined, text: 'x', type: 'audio' }, 1511, 'data.type'],
		[{ button_type: 'LINK' }, 1511, 'data.button_type'],
		[{ template: undefined, text: 'x', button_type: 'quick_reply' }, 1272, 'data.button_text'],
		[{ template: undefined, text: 'x', button_type: 'PHONE_CALL', button_text: 'Call' }, 1273, 'data.button_type'],
		[{ template: undefined, text: 'x', button_type: 'quick_reply', button_text: 'x'.repeat(21) }, 1274, 'data.button_text'],
		[{ ...image }, 1264, 'data.media_id'],
		[{ ...image, media_id: UNKNOWN_ID }, 1264, 'data.media_id'],
		[{ ...image, media_id: UNKNOWN_ID, url: 'https://example.com/a.png' }, 1264, 'data.media_id'],
		[{ ...image, media_id: 'none' }, 1822, 'data.media_id'],
		[{ ...image, url: `https://example.com/${'a'.repeat(2083)}` }, 1265, 'data.url'],
		[{ ...image, url: 'example.com' }, 1266, 'data.url'],
		[{ ...image, type: 'text', text: 'x', url: 'https://example.com/a.png' }, 1266, 'data.url'],
		[{ ...image, type: 'document', url: 'https://example.com/a.pdf', filename: 'a'.repeat(26) }, 1268, 'data.filename'],
		[{ ...image, url: 'https://example.com/a.png', filename: 'a' }, 1269, 'data.filename'],
	];
	for (const [change, code, field] of cases) {
		const told = await faults(send({ to, template, variables: ['Ann', 'order'], ...change }));
		expect(told.filter(([, code]) => code !== 1509), JSON.stringify(change)).toEqual([[400, code, field]]);
	}
});

test('who said STOP is not written to', async () => {
	const number = person();
	const { id: template } = await w.template('Hello there.');
	await writes(number, 'STOP');
	await refused(send({ to: [number], template }), 400, 1530, 'data.to[0]');
	const cuban = '+5352345678';
	expect(await faults(send({ to: ['12', person(), number, cuban, null, cuban], template }))).toEqual([
		[400, 1523, 'data.to[0]'],
		[400, 1530, 'data.to[2]'],
		[400, 1531, 'data.to[3]'],
		[400, 1523, 'data.to[4]'],
		[400, 1523, 'data.to[5]'],
	]);
	const wrote = person();
	await writes(wrote, 'Hello');
	expect(await faults(send({ to: [null, wrote, person(), number, cuban], text: 'Hello' }))).toEqual([
		[400, 1523, 'data.to[0]'],
		[400, 1509, 'data.to[2]'],
		[400, 1530, 'data.to[3]'],
		[400, 1531, 'data.to[4]'],
	]);
	await writes(number, 'START');
	await sent({ to: [number], template });
});

test('a message is stopped while it waits', async () => {
	await withWorld({ simulator: ['--ceiling', '1'] }, async (own) => {
		const { id: template } = await own.template('Hello there.');
		const senders = await good(own.api.GET('/v1/senders'));
		await good(own.api.PUT('/v1/senders/{sender}', { ...at({ sender: senders.data[0]!.id }), body: { data: { rate: 1 } } }));
		const to = Array.from({ length: 10 }, person);
		const made = (await good(own.api.POST('/v1/messages', { body: { data: { channel: 'whatsapp', from: 'MyBusiness', to, template } } }), 201)).data;
		const last = made.at(-1)!.id;
		const stopped = await own.call('DELETE', `/v1/messages/${last}`);
		expect(stopped.status).toBe(204);
		const { data } = await good(own.api.GET('/v1/messages/{message}', at({ message: last })));
		expect(data).toMatchObject({ status: 'rejected', state: 'canceled' });
		await refused(own.call('DELETE', `/v1/messages/${last}`), 409, 1516);
		const campaign = await own.campaign(undefined, await own.audience(3));
		const [first] = await own.all(`/v1/messages?filter[campaign_id]=${campaign.id}`);
		if (first && (await own.call('DELETE', `/v1/messages/${first.id}`)).status === 204)
			expect((await own.read(campaign)).messages.skipped).toBe(1);
	});
});

test('the list of all, and its filters', async () => {
	await withWorld({}, async (own) => {
		const template = await own.template();
		const campaign = await own.wait(await own.campaign(template, await own.audience(5)), (c) => c.status === 'completed');
		const [single] = (
			await good(
				own.api.POST('/v1/messages', {
					body: { data: { channel: 'whatsapp', from: 'MyBusiness', to: '+447409000001', template: template.id, variables: ['Ann', 'x'] } },
				}),
				201,
			)
		).data;
		await own.sim('POST', '/_sim/inbound', { from: '447409000001', phone_number_id: harness.NUMBER, text: 'Thanks', button: 'Thanks', payload: 'p-9' });
		const list = (query: string) => own.all(`/v1/messages?page_size=2&${query}`);
		await waitUntil(async () => (await list('filter[statuses]=read')).length === 6, 30, 'six read');
		await waitUntil(async () => (await list('')).length === 7, 30, 'the answer');
		const all = await list('');
		expect(new Set(all.map((m) => m.id)).size).toBe(7);
		expect(all.map((m) => m.create_date)).toEqual(all.map((m) => m.create_date).sort().reverse());
		const [heard] = await list('filter[direction]=MO');
		expect(heard).toMatchObject({ payload: 'p-9', text: 'Thanks', type: 'button' });
		const today = single!.create_date.slice(0, 10);
		const counts: [string, number][] = [
			['filter[direction]=MT', 6],
			['filter[direction]=MT,mo', 7],
			['filter[statuses]=SEEN', 6],
			['filter[statuses]=received,FAILD', 1],
			['filter[statuses]=nonsense', 0],
			['filter[countries]=gb,FR', 7],
			['filter[countries]=FR', 0],
			[`filter[sender_ids]=${heard.sender.id},${UNKNOWN_ID}`, 7],
			[`filter[sender_ids]=${UNKNOWN_ID}`, 0],
			[`filter[created_date_start]=${today}&filter[created_date_end]=${today}`, 7],
			['filter[created_date_start]=2199-01-01', 0],
			['filter[created_date_end]=2000-01-01 00:00:00'.replace(' ', '%20'), 0],
			['filter[created_date_end]=soon', 0],
			['filter[to]=447409000001', 1],
			['filter[to]=%2B447409000001', 1],
			['filter[to]=+447409000001', 1],
			[`filter[to]=447409000001,x,447409000001,${harness.NUMBER}`, 2],
			['filter[to]=447409000001&filter[to_prefix]=4474,33', 1],
			['filter[to]=447409000001&filter[to_prefix]=33', 0],
			['filter[to]=x', 0],
			[`filter[to_prefix]=33,447,4474,${harness.NUMBER.slice(0, 5)}`, 7],
			['filter[to_prefix]=+4474', 6],
			[`filter[to]=${harness.NUMBER}`, 1],
			['filter[to_prefix]=4474', 6],
			['filter[to_prefix]=x%25', 0],
			['filter[from]=MyBusiness', 6],
			['filter[from]=447409000001', 1],
			['filter[from]=+447409000001', 1],
			['filter[from]=MyBusiness,%2B447409000001', 7],
			['filter[from]=MyBusiness&filter[from]=447409000001', 7],
			['filter[from]=', 0],
			[`filter[campaign_id]=${campaign.id},${UNKNOWN_ID},x`, 5],
			[`filter[campaign_id]=${campaign.id}`, 5],
			[`filter[campaign_id]=${UNKNOWN_ID}`, 0],
			['filter[channel]=WHATSAPP', 7],
			['filter[channel]=sms', 0],
		];
		for (const [query, count] of counts)
			expect((await list(query)).length, query).toBe(count);
		for (const name of ['to', 'to_prefix', 'from', 'campaign_id'])
			await refused(own.call('GET', `/v1/messages?filter[${name}]=${Array.from({ length: 11 }, (_, i) => i)}`), 400, 1014, `filter[${name}]`);
	});
});

test('a campaign is tried out, outside its counts', async () => {
	const campaign = await w.campaign(await w.template(), await w.audience(3), { schedule: FAR });
	const path = at({ campaign: campaign.id });
	const attempt = (data: object) => w.api.POST('/v1/campaigns/{campaign}/test', { ...path, body: wrong(data) });
	const [made] = (await good(attempt({ to: [person()] }), 201)).data;
	expect(made!.text).toBe('Hello P0, your order 0 is ready.');
	expect(await when(made!.id, (m) => m.status === 'read')).toMatchObject({ campaign_id: null, test_campaign_id: campaign.id });
	const contacts = await good(w.api.GET('/v1/audiences/{audience}/contacts', at({ audience: campaign.audience_id })));
	const other = contacts.data.find((c) => c.first_name === 'P2')!;
	expect((await good(attempt({ to: person(), contact: other.id }), 201)).data[0]!.text).toBe('Hello P2, your order 2 is ready.');
	expect((await w.read(campaign)).messages.total).toBe(0);
	expect(await w.messages(campaign)).toEqual([]);
	const cases: [object, number, string | undefined][] = [
		[{}, 1506, 'data.to'],
		[{ to: ['x'] }, 1523, 'data.to[0]'],
		[{ to: Array.from({ length: 11 }, person) }, 1507, 'data.to'],
		[{ to: '+33612345678' }, 1531, 'data.to'],
		[{ to: person(), contact: 'x' }, 1352, 'data.contact'],
		[{ to: person(), contact: UNKNOWN_ID }, 1616, 'data.contact'],
	];
	for (const [data, code, field] of cases)
		expect(await faults(attempt(data)), JSON.stringify(data)).toEqual([[400, code, field]]);
	const empty = await w.campaign(undefined, await w.audience(0), { schedule: FAR });
	await refused(w.api.POST('/v1/campaigns/{campaign}/test', { ...at({ campaign: empty.id }), body: { data: { to: person() } } }), 400, 1616);
	const lacking = await w.campaign(undefined, await w.audienceOf([{ number: person() }]), { schedule: FAR });
	await refused(w.api.POST('/v1/campaigns/{campaign}/test', { ...at({ campaign: lacking.id }), body: { data: { to: person() } } }), 400, 1613, 'data.contact');
	const stopped = person();
	await writes(stopped, 'STOP');
	await refused(attempt({ to: [stopped] }), 400, 1530, 'data.to[0]');
	expect(await faults(attempt({ to: ['12', person(), '+33612345678', stopped], contact: 'x' }))).toEqual([
		[400, 1523, 'data.to[0]'],
		[400, 1531, 'data.to[2]'],
		[400, 1530, 'data.to[3]'],
		[400, 1352, 'data.contact'],
	]);
	await good(attempt({ to: Array.from({ length: 10 }, person) }), 201);
	await refused(attempt({ to: person() }), 400, 1525, 'data.to');
	await refused(w.api.POST('/v1/campaigns/{campaign}/test', { ...at({ campaign: UNKNOWN_ID }), body: { data: { to: person() } } }), 404, 1601);
});

test('a campaign whose template or sender is gone is tried out no more', async () => {
	await withWorld({}, async (own) => {
		const template = await own.template();
		const campaign = await own.wait(await own.campaign(template, await own.audience(1)), (c) => c.status === 'completed');
		const attempt = () => own.api.POST('/v1/campaigns/{campaign}/test', { ...at({ campaign: campaign.id }), body: { data: { to: '+447400123456' } } });
		await good(own.api.DELETE('/v1/templates/{template}', at({ template: template.id })), 204);
		await refused(attempt(), 400, 1513, 'data.template');
		const [sender] = await own.all('/v1/senders');
		await good(own.api.DELETE('/v1/senders/{sender}', at({ sender: sender.id })), 204);
		expect(await faults(attempt())).toEqual([[400, 1604, undefined], [400, 1513, 'data.template']]);
	});
});

test('countries that do not exist cannot be blocked', async () => {
	await expect(withWorld({ server: ['--blocked-countries', 'GB,XX'] }, async () => {})).rejects.toThrow(/blocked-countries/);
});
