// Senders, templates, audiences and contacts: their lives and their faults.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { waitUntil } from './harness.ts';
import { at, faults, good, refused, senderFields, UNKNOWN_ID, withWorld, World, world, wrong } from './world.ts';

const w = world();
const FAR = '2199-01-01 00:00:00';
const SENDER = { ...senderFields('Second', '448081570456'), code: '+448081570456' };

const codesOf = async (call: Parameters<typeof faults>[0]) => (await faults(call)).map(([, code]) => code);
/** Each change of a good request is refused with its code, naming the field: the changed one where none is given. */
async function eachRefused(send: (change: object) => Parameters<typeof faults>[0], cases: [object, number, number, string?][]): Promise<void> {
	for (const [change, status, code, field] of cases)
		await refused(send(change), status, code, `data.${field ?? Object.keys(change)[0]}`);
}

test('senders', async () => {
	await w.sender();
	const { data: made } = await good(w.api.POST('/v1/senders', { body: { data: { ...SENDER, rate: 40 } } }), 201);
	expect(made).toMatchObject({ code: '448081570456', countries: ['GB'], throughput: { limit: 80 }, rate: 40 });
	const one = at({ sender: made.id });
	expect((await good(w.api.GET('/v1/senders/{sender}', one))).data).toEqual(made);
	const renamed = await good(w.api.PUT('/v1/senders/{sender}', { ...one, body: { data: { name: 'Renamed', rate: 30 } } }));
	expect(renamed.data.rate).toBe(30);
	const unbound = await good(w.api.PUT('/v1/senders/{sender}', { ...one, body: { data: { rate: null } } }));
	expect(unbound.data).toMatchObject({ name: 'Renamed', rate: null });
	const kept = await good(w.api.PUT('/v1/senders/{sender}', { ...one, body: { data: { name: 'Renamed', rate: 30 } } }));
	expect((await good(w.api.PUT('/v1/senders/{sender}', { ...one, body: { data: { name: 'Renamed' } } }))).data.rate).toBe(kept.data.rate);
	expect((await good(w.api.GET('/v1/senders'))).data.map((sender) => sender.name)).toEqual(['Renamed', 'MyBusiness']);
	const counts: [string, number][] = [
		['filter[name]=Renamed', 1],
		['filter[name]=Renamed,Nobody,MyBusiness', 2],
		['filter[name]=Renamed&filter[name]=MyBusiness', 2],
		['filter[name]=', 0],
		['filter[status]=blocked,AVAILABLE', 2],
		['filter[status]=nonsense', 0],
		['filter[type]=did', 2],
		['filter[type]=short', 0],
		['filter[channel]=sms', 0],
		['filter%5Bchannel%5D=WhatsApp', 2],
		['unknown=1', 2],
	];
	for (const [query, n] of counts)
		expect((await w.get(`/v1/senders?${query}`)).tree.data.length, query).toBe(n);
	await good(w.api.DELETE('/v1/senders/{sender}', one), 204);
	await refused(w.api.GET('/v1/senders/{sender}', one), 404, 1402);
	await good(w.api.POST('/v1/senders', { body: { data: SENDER } }), 201);
});

test('a sender whose name holds a comma is found by all of it', async () => {
	await w.sender();
	const { data: made } = await good(w.api.POST('/v1/senders', { body: { data: { ...SENDER, name: 'Shop, the', code: '448081570457', phone_number_id: '448081570457' } } }), 201);
	const names = async (query: string) => (await w.get(`/v1/senders?${query}`)).tree.data.map((sender: { name: string }) => sender.name);
	expect(await names('filter[name]=Shop,%20the')).toEqual(['Shop, the']);
	expect(await names('filter[name]=Shop,%20the&filter[name]=MyBusiness')).toEqual(['Shop, the', 'MyBusiness']);
	await refused(w.call('GET', `/v1/senders?filter[name]=${'a,b,c,d,e,f,g,h,i,j,k'}`), 400, 1014, 'filter[name]');
	await good(w.api.DELETE('/v1/senders/{sender}', at({ sender: made.id })), 204);
});

test('a sender cannot be registered while WhatsApp is not reached', async () => {
	const own = await new World({}).start();
	try {
		await own.sender();
		const [sender] = await own.all('/v1/senders');
		await own.simulator.kill();
		await refused(own.api.POST('/v1/senders', { body: { data: { ...SENDER } } }), 502, 1023);
		await refused(own.api.PUT('/v1/senders/{sender}', { ...at({ sender: sender.id }), body: { data: { access_token: 'EAAnew' } } }), 502, 1023);
	} finally {
		await own.abandon();
	}
});

test('sender faults', async () => {
	await w.sender();
	const create = (data: object) => w.api.POST('/v1/senders', { body: wrong(data) });
	expect(await codesOf(create({}))).toEqual([1404, 1409, 1410, 1410, 1410, 1410]);
	const fine = { ...SENDER, name: 'Third', code: '448081570789', phone_number_id: '448081570789' };
	await eachRefused((change) => create({ ...fine, ...change }), [
		[{ name: ' ' }, 400, 1405],
		[{ name: 'x'.repeat(46) }, 400, 1406],
		[{ name: 'MyBusiness' }, 409, 1441],
		[{ code: '12' }, 400, 1407],
		[{ code: '1'.repeat(46) }, 400, 1408],
		[{ channel: 'sms' }, 400, 1414],
		[{ phone_number_id: 'a/b' }, 400, 1410],
		[{ waba_id: '' }, 400, 1410],
		[{ rate: 0.5 }, 400, 1410],
		[{ rate: 0 }, 400, 1410],
		[{ access_token: 'nonsense' }, 400, 1411],
		[{ access_token: 'EAAexpired' }, 400, 1411],
		[{ code: '448081570777' }, 400, 1411, 'phone_number_id'],
		[{ code: harness.NUMBER, phone_number_id: harness.NUMBER }, 409, 1413, 'phone_number_id'],
	]);
	await refused(w.api.GET('/v1/senders/{sender}', at({ sender: 'xyz' })), 400, 1401);
	const unknown = at({ sender: UNKNOWN_ID });
	await refused(w.api.PUT('/v1/senders/{sender}', { ...unknown, body: { data: { rate: 5 } } }), 404, 1402);
	await refused(w.api.PUT('/v1/senders/{sender}', { ...unknown, body: { data: { access_token: 'EAAok' } } }), 404, 1402);
});

const TEMPLATE = { channel: 'whatsapp', wa_sender_code: harness.NUMBER, wa_category: 'UTILITY', text: 'Hello.' } as const;
const makeTemplate = async (on: World, fields: object) => (await good(on.api.POST('/v1/templates', { body: wrong({ ...TEMPLATE, ...fields }) }), 201)).data;
const readTemplate = async (on: World, template: string) => (await good(on.api.GET('/v1/templates/{template}', at({ template })))).data;

test('templates', async () => {
	await w.sender();
	const made = await makeTemplate(w, {
		name: 'With a button',
		channel: 'WhatsApp',
		text: 'Hi {first_name|you}, {city} calls.',
		button_type: 'LINK',
		button_text: 'Open',
		button_value: 'https://example.org/a',
		language: 'en_GB',
	});
	expect(made).toMatchObject({ status: 'IN_PROCESS', meta_id: null });
	const done = await w.approved(made.id);
	expect(done).toMatchObject({ meta_status: 'APPROVED', meta_id: expect.stringMatching(/./), reason: null });
	const list = async (query: string) => (await w.get(`/v1/templates?${query}`)).tree;
	expect((await list('filter[name]=With%20a%20button')).data.map((template: { id: string }) => template.id)).toEqual([made.id]);
	expect((await list('filter[status]=completed,IN_PROCESS&filter[channel]=whatsapp')).pagination.total).toBeGreaterThanOrEqual(1);
	expect((await list('filter[status]=nonsense')).data).toEqual([]);
	await good(w.api.DELETE('/v1/templates/{template}', at({ template: made.id })), 204);
	await refused(w.api.GET('/v1/templates/{template}', at({ template: made.id })), 404, 1251);
});

test('template faults', async () => {
	const taken = (await w.template()).name;
	const create = (data: object) => w.api.POST('/v1/templates', { body: wrong(data) });
	expect(await codesOf(create({}))).toEqual([1261, 1256, 1241, 1259, 1254]);
	const fine = { name: 'Fine', channel: 'whatsapp', wa_sender_code: harness.NUMBER, wa_category: 'MARKETING', text: 'Hello you.' };
	await eachRefused((change) => create({ ...fine, ...change }), [
		[{ name: 'x'.repeat(46) }, 400, 1263],
		[{ name: '\t' }, 400, 1259],
		[{ name: taken }, 409, 1258],
		[{ name: 5 }, 400, 1259],
		[{ channel: 'fax' }, 400, 1257],
		[{ wa_sender_code: '4912345' }, 400, 1241],
		[{ wa_category: 'FUN' }, 400, 1259],
		[{ text: ' ' }, 400, 1254],
		[{ text: 'x'.repeat(1001) }, 400, 1260],
		[{ text: 'Hi {name' }, 400, 1255],
		[{ text: '{first_name} hi' }, 400, 1255],
		[{ text: 'a {x}{y} b' }, 400, 1255],
		[{ type: 'sound' }, 400, 1259],
		[{ type: 'image' }, 400, 1264, 'url'],
		[{ button_type: 'LINK', button_text: 'a' }, 400, 1273, 'button_value'],
		[{ button_type: 'quick_reply' }, 400, 1272, 'button_text'],
		[{ button_type: 'quick_reply', button_text: 'x'.repeat(21) }, 400, 1274, 'button_text'],
		[{ button_type: 'PHONE_CALL', button_text: 'a', button_value: '1' }, 400, 1273, 'button_value'],
		[{ language: 'english' }, 400, 1259],
	]);
	await refused(w.api.GET('/v1/templates/{template}', at({ template: 'nope' })), 400, 1252);
	await refused(w.api.DELETE('/v1/templates/{template}', at({ template: UNKNOWN_ID })), 404, 1251);
});

test('a template in process or in use stays', async () => {
	const pending = await w.pendingTemplate();
	const remove = (template: string) => w.api.DELETE('/v1/templates/{template}', at({ template }));
	await refused(remove(pending.id), 409, 1253);
	const template = await w.template();
	const audience = await w.audience();
	const campaign = await w.campaign(template, audience, { schedule: FAR });
	await refused(remove(template.id), 409, 1253);
	await refused(w.api.DELETE('/v1/audiences/{audience}', at({ audience: audience.id })), 409, 1310);
	const mine = (await good(w.api.GET('/v1/senders'))).data.find((sender) => sender.name === 'MyBusiness')!;
	await refused(w.api.DELETE('/v1/senders/{sender}', at({ sender: mine.id })), 409, 1412);
	await good(w.api.DELETE('/v1/campaigns/{campaign}', at({ campaign: campaign.id })), 204);
	await good(remove(template.id), 204);
	await good(w.api.DELETE('/v1/audiences/{audience}', at({ audience: audience.id })), 204);
});

test('audiences', async () => {
	const body = wrong({ name: 'Kundinnen Köln-2_a', channel: 'WHATSAPP' });
	const { data: made } = await good(w.api.POST('/v1/audiences', { body }), 201);
	expect(made).toMatchObject({ contacts_count: 0, channel: 'WHATSAPP' });
	const one = at({ audience: made.id });
	expect((await good(w.api.GET('/v1/audiences/{audience}', one))).data).toEqual(made);
	const renamed = await good(w.api.PUT('/v1/audiences/{audience}', { ...one, body: { data: { name: 'Клиенты' } } }));
	expect(renamed.data.name).toBe('Клиенты');
	const found = (await w.get(`/v1/audiences?filter[search]=${encodeURIComponent('ЛИЕН')}`)).tree.data;
	expect(found.map((audience: { id: string }) => audience.id)).toEqual([made.id]);
	expect((await w.get('/v1/audiences?filter[channel]=viber')).tree.data).toEqual([]);
	await good(w.api.DELETE('/v1/audiences/{audience}', one), 204);
	await refused(w.api.GET('/v1/audiences/{audience}', one), 404, 1301);
	await refused(w.api.GET('/v1/audiences/{audience}/contacts', one), 404, 1301);
	await refused(w.api.POST('/v1/audiences/{audience}/contacts', { ...one, body: { data: harness.contact(1) } }), 404, 1301);
});

test('audience faults', async () => {
	const create = (data: object) => w.api.POST('/v1/audiences', { body: wrong(data) });
	await good(create({ name: 'Taken', channel: 'whatsapp' }), 201);
	expect(await codesOf(create({}))).toEqual([1303, 1306]);
	await eachRefused((change) => create({ name: 'b', channel: 'whatsapp', ...change }), [
		[{ name: 'a/b' }, 400, 1304],
		[{ name: 'x'.repeat(46) }, 400, 1305],
		[{ name: 'Taken' }, 409, 1309],
		[{ channel: 'sms' }, 400, 1307],
		[{ contacts: Array(1001).fill({}) }, 400, 1308],
		[{ contacts: {} }, 400, 1308],
	]);
	const contacts: object[] = Array.from({ length: 5 }, (_, i) => harness.contact(i));
	contacts[3] = { number: '12' };
	await refused(create({ name: 'Atomic', channel: 'whatsapp', contacts }), 400, 1354, 'data.contacts[3].number');
	contacts[3] = harness.contact(1);
	await refused(create({ name: 'Atomic', channel: 'whatsapp', contacts }), 409, 1360, 'data.contacts[3].number');
	expect((await w.get('/v1/audiences?filter[search]=Atomic')).tree.data).toEqual([]);
	const full = { name: 'Full', channel: 'whatsapp', contacts: Array.from({ length: 1000 }, (_, i) => harness.contact(i)) };
	expect((await good(create(full), 201)).data.contacts_count).toBe(1000);
	await refused(w.api.GET('/v1/audiences/{audience}', at({ audience: '1' })), 400, 1302);
});

test('contacts', async () => {
	const audience = (await w.audience(0)).id;
	const fields = { number: '+33612345678', first_name: 'Zoé', timestamp: 'noon', date: 'today', tags: ['a'], fields: { city: 'Nîmes' } };
	const add = (data: { number: string }) => w.api.POST('/v1/audiences/{audience}/contacts', { ...at({ audience }), body: { data } });
	const { data: made } = await good(add(fields), 201);
	expect(made).toMatchObject({ number: '33612345678', custom1: 'noon', timestamp: 'noon', custom2: 'today', date: 'today' });
	const one = at({ audience, contact: made.id });
	const PATH = '/v1/audiences/{audience}/contacts/{contact}';
	expect((await good(w.api.GET(PATH, one))).data).toEqual(made);
	expect((await good(w.api.PUT(PATH, { ...one, body: { data: { custom1: 'noon', timestamp: 'noon' } } }))).data.custom1).toBe('noon');
	const { data: changed } = await good(w.api.PUT(PATH, { ...one, body: { data: { number: '447400123456', custom1: 'evening' } } }));
	expect(changed).toMatchObject({ number: '33612345678', custom1: 'evening', first_name: 'Zoé', id: made.id });
	expect((await good(w.api.GET('/v1/audiences/{audience}', at({ audience })))).data.contacts_count).toBe(1);
	for (const [search, n] of [['3361', 1], ['+3361', 1], ['%2B3361', 1], ['zo', 1], ['%25', 0]] as const)
		expect((await w.get(`/v1/audiences/${audience}/contacts?filter[search]=${search}`)).tree.data, search).toHaveLength(n);
	await refused(add({ number: '33612345678' }), 409, 1360, 'data.number');
	const other = (await w.audience(0)).id;
	await refused(w.api.GET(PATH, at({ audience: other, contact: made.id })), 404, 1351);
	await good(w.api.DELETE(PATH, one), 204);
	await refused(w.api.GET(PATH, one), 404, 1351);
	await refused(w.api.DELETE(PATH, one), 404, 1351);
	expect((await good(add({ number: '33612345678' }), 201)).data.id).not.toBe(made.id);
});

test('contact faults', async () => {
	const audience = (await w.audience(0)).id;
	const add = (data: object) => w.api.POST('/v1/audiences/{audience}/contacts', { ...at({ audience }), body: wrong(data) });
	await refused(add({}), 400, 1353, 'data.number');
	await eachRefused((change) => add({ number: '33612345678', ...change }), [
		[{ number: '0612345678' }, 400, 1354],
		[{ number: '++33612345678' }, 400, 1354],
		[{ number: 33612345678 }, 400, 1354],
		[{ number: '3'.repeat(46) }, 400, 1355],
		[{ first_name: 'x'.repeat(33) }, 400, 1361],
		[{ last_name: 'x'.repeat(33) }, 400, 1362],
		[{ custom1: 'x'.repeat(33) }, 400, 1363],
		[{ custom2: 'x'.repeat(71) }, 400, 1364],
		[{ tags: Array(11).fill('x') }, 400, 1359],
		[{ fields: { a: 1 } }, 400, 1365],
	]);
	await refused(w.api.GET('/v1/audiences/{audience}/contacts/{contact}', at({ audience, contact: 'zzz' })), 400, 1352);
	await good(add({ number: '33612345678', first_name: 'ß'.repeat(32) }), 201);
});

test('pages', async () => {
	const path = `/v1/audiences/${(await w.audience(47)).id}/contacts`;
	const ids = (page: { data: { id: string }[] }) => page.data.map((contact) => contact.id);
	const forwards: string[][] = [];
	let last = null;
	for (let target = `${path}?page_size=10`; target; target = last.pagination.links.next) {
		last = (await w.get(target)).tree;
		forwards.push(ids(last));
		expect(last.pagination).toMatchObject({ total: 47, size: last.data.length });
	}
	expect(forwards.map((page) => page.length)).toEqual([10, 10, 10, 10, 7]);
	expect(new Set(forwards.flat()).size).toBe(47);
	const backwards: string[][] = [];
	for (let target = last.pagination.links.previous; target; ) {
		const page = (await w.get(target)).tree;
		backwards.unshift(ids(page));
		target = page.pagination.links.previous;
	}
	expect(backwards).toEqual(forwards.slice(0, 4));
	expect((await w.get(`${path}?page_size=5000`)).tree.pagination.size).toBe(47);
	for (const size of ['0', '-1', 'x', '', '1e3'])
		await refused(w.call('GET', `${path}?page_size=${size}`), 400, 1016, 'page_size');
	const token: string = (await w.get(`${path}?page_size=10`)).tree.pagination.links.next.split('page_token=')[1];
	const other = `/v1/audiences/${(await w.audience(30)).id}/contacts`;
	const changed = token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a');
	for (const target of [
		`${other}?page_token=${token}`,
		`${path}?filter[search]=44&page_token=${token}`,
		`${path}?page_token=${changed}`,
		`${path}?page_token=zzz`,
	])
		await refused(w.call('GET', target), 400, 1015, 'page_token');
});

test('a refused template tells why', () =>
	withWorld({ simulator: ['--template-verdict', 'reject'] }, async (w) => {
		await w.sender();
		const made = await makeTemplate(w, { name: 'No' });
		const done = await waitUntil(
			async () => {
				const data = await readTemplate(w, made.id);
				return data.status === 'CANCELED' ? data : null;
			},
			20,
			'the refusal',
		);
		expect(done.reason).toBeTruthy();
		expect(done.meta_status).toBe('REJECTED');
	}));

test('without webhooks the verdict is asked for', () =>
	withWorld({ server: ['--template-poll', '1'], webhooks: false }, async (w) => {
		expect((await w.template()).status).toBe('COMPLETED');
	}));
