// Faults that a field has on more than one route: a list of contacts judges each as a single one is, and a PUT as a POST.
import { expect, test } from 'vitest';
import { fill, things } from './things.ts';
import { at, faults, good, refused, world, wrong } from './world.ts';

const w = world();
const NUMBER = '447400123456';
const CONTACT: [object, number][] = [
	[{ first_name: 'x'.repeat(33) }, 1361],
	[{ first_name: 'a\nb' }, 1361],
	[{ first_name: 5 }, 1361],
	[{ last_name: 'x'.repeat(33) }, 1362],
	[{ custom1: 'x'.repeat(33) }, 1363],
	[{ timestamp: 5 }, 1363],
	[{ timestamp: 'x'.repeat(33) }, 1363],
	[{ timestamp: 'noon', custom1: 'evening' }, 1363],
	[{ custom2: 'x'.repeat(71) }, 1364],
	[{ date: [] }, 1364],
	[{ date: 'a\nb' }, 1364],
	[{ date: 'today', custom2: 'tomorrow' }, 1364],
	[{ tags: Array(11).fill('x') }, 1359],
	[{ tags: { a: 'b' } }, 1359],
	[{ tags: ['x'.repeat(65)] }, 1359],
	[{ tags: [1] }, 1359],
	[{ fields: [] }, 1365],
	[{ fields: { '': 'x' } }, 1365],
	[{ fields: { 'a{': 'x' } }, 1365],
	[{ fields: { a: 'x'.repeat(1025) } }, 1365],
	[{ fields: { a: null } }, 1365],
	[{ fields: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [String(i), 'x'])) }, 1365],
];
const name = (change: object) => Object.keys(change)[0]!;
// Just within the same limits, counted in characters.
const FITTING = {
	first_name: 'ß'.repeat(32),
	last_name: '名'.repeat(32),
	custom1: 'é'.repeat(32),
	custom2: 'ü'.repeat(70),
	tags: Array<string>(10).fill('t'.repeat(64)),
	fields: { ...Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`key ${i}`, 'x'])), ['k'.repeat(64)]: 'ö'.repeat(1024) },
};

test('a contact in a list is judged as a single one', async () => {
	const create = (contact: object) =>
		w.api.POST('/v1/audiences', { body: wrong({ name: 'Never made', channel: 'whatsapp', contacts: [{ number: '447400123457' }, contact] }) });
	for (const [change, code] of CONTACT)
		await refused(create({ number: NUMBER, ...change }), 400, code, `data.contacts[1].${name(change)}`);
	const numbers: [object, number][] = [
		[{}, 1353],
		[{ number: '' }, 1353],
		[{ number: '12' }, 1354],
		[{ number: 5 }, 1354],
		[{ number: '4'.repeat(46) }, 1355],
	];
	for (const [contact, code] of numbers)
		await refused(create(contact), 400, code, 'data.contacts[1].number');
	expect((await w.get('/v1/audiences?filter[search]=Never')).tree.data).toEqual([]);
	expect((await good(create({ number: NUMBER, ...FITTING }), 201)).data.contacts_count).toBe(2);
});

test('all faults are told, however many', async () => {
	const contacts = Array.from({ length: 1000 }, (_, i) => ({ number: '12', first_name: 5, tags: {}, fields: [], ...(i < 500 && { custom1: 'a\n', custom2: 'b\n' }) }));
	const told = await faults(w.api.POST('/v1/audiences', { body: wrong({ name: 'a/b', channel: 'sms', contacts }) }));
	const expected = contacts.flatMap((contact, i) => Object.keys(contact).filter((key) => !/custom|tags|fields/.test(key)).concat(i < 500 ? ['custom1', 'custom2'] : [], ['tags', 'fields']).map((key) => `data.contacts[${i}].${key}`));
	expect(told.map(([, , field]) => field)).toEqual(['data.name', 'data.channel', ...expected]);
});

test('a contact is changed by the rules it was made by', async () => {
	const { audience } = await things(w);
	const create = (data: object) => w.api.POST('/v1/audiences/{audience}/contacts', { ...at({ audience: audience! }), body: wrong(data) });
	const { data: made } = await good(create({ number: '447400123459', first_name: 'Ann' }), 201);
	const one = at({ audience: audience!, contact: made.id });
	const read = async () => (await good(w.api.GET('/v1/audiences/{audience}/contacts/{contact}', one))).data;
	const change = (data: object) => w.api.PUT('/v1/audiences/{audience}/contacts/{contact}', { ...one, body: wrong(data) });
	for (const [fields, code] of CONTACT) {
		await refused(change(fields), 400, code, `data.${name(fields)}`);
		await refused(create({ number: '447400123458', ...fields }), 400, code, `data.${name(fields)}`);
	}
	await refused(change({ number: 5 }), 400, 1354, 'data.number');
	expect(await read()).toEqual(made);
	expect((await good(change(FITTING))).data).toMatchObject(FITTING);
	const { data: cleared } = await good(change({ first_name: '', custom1: null })); // an empty text clears, null is as good as left out
	expect(cleared).toMatchObject({ first_name: '', custom1: FITTING.custom1 });
});

test('several faults stand in the order of the fields', async () => {
	const { audience } = await things(w);
	const body = wrong({ fields: 5, tags: 5, custom2: 5, custom1: 5, last_name: 5, first_name: 5, number: 5 });
	expect(await faults(w.api.POST('/v1/audiences/{audience}/contacts', { ...at({ audience: audience! }), body }))).toEqual([
		[400, 1354, 'data.number'],
		[400, 1361, 'data.first_name'],
		[400, 1362, 'data.last_name'],
		[400, 1363, 'data.custom1'],
		[400, 1364, 'data.custom2'],
		[400, 1359, 'data.tags'],
		[400, 1365, 'data.fields'],
	]);
	const contacts = [{ number: '1', tags: 5 }, { number: NUMBER }, { last_name: 5 }];
	expect(await faults(w.api.POST('/v1/audiences', { body: wrong({ contacts, channel: 'fax', name: 'a/b' }) }))).toEqual([
		[400, 1304, 'data.name'],
		[400, 1307, 'data.channel'],
		[400, 1354, 'data.contacts[0].number'],
		[400, 1359, 'data.contacts[0].tags'],
		[400, 1353, 'data.contacts[2].number'],
		[400, 1362, 'data.contacts[2].last_name'],
	]);
});

test('among several faults are those that only the database knows of', async () => {
	const ids = await things(w);
	const { data: template } = await good(w.api.GET('/v1/templates/{template}', at({ template: ids.template! })));
	const { data: audience } = await good(w.api.GET('/v1/audiences/{audience}', at({ audience: ids.audience! })));
	const { data: [contact] } = await good(w.api.GET('/v1/audiences/{audience}/contacts', at({ audience: audience.id })));
	const other = (await w.template()).id;
	const one = '/v1/audiences/{audience}/contacts';
	const wrongTemplate = { name: template.name, channel: 'whatsapp', wa_sender_code: '4912345', wa_category: 'UTILITY', text: '' };
	const unknown = { ...wrongTemplate, text: 'Hello.', type: 'image', media_id: ids.audience, language: 'x' };
	const listed = [{ number: NUMBER }, { number: NUMBER, tags: 5 }, { number: '1' }, { number: NUMBER }];
	expect(await faults(w.api.POST('/v1/templates', { body: wrong(wrongTemplate) }))).toEqual([
		[409, 1258, 'data.name'],
		[400, 1241, 'data.wa_sender_code'],
		[400, 1254, 'data.text'],
	]);
	expect(await faults(w.api.POST('/v1/templates', { body: wrong(unknown) }))).toEqual([
		[409, 1258, 'data.name'],
		[400, 1241, 'data.wa_sender_code'],
		[400, 1264, 'data.media_id'],
		[400, 1259, 'data.language'],
	]);
	expect(await faults(w.call('PUT', `/v1/templates/${other}`, { data: { name: template.name, text: '' } }))).toEqual([
		[409, 1258, 'data.name'],
		[400, 1254, 'data.text'],
	]);
	expect(await faults(w.call('PUT', `/v1/templates/${other}`, { data: { name: '', type: 'image', media_id: 'x', button_text: 'a' } }))).toEqual([
		[400, 1259, 'data.name'],
		[400, 1273, 'data.button_type'],
	]);
	expect(await faults(w.api.POST('/v1/audiences', { body: wrong({ name: audience.name, channel: 'sms', contacts: listed }) }))).toEqual([
		[409, 1309, 'data.name'],
		[400, 1307, 'data.channel'],
		[409, 1360, 'data.contacts[1].number'],
		[400, 1359, 'data.contacts[1].tags'],
		[400, 1354, 'data.contacts[2].number'],
		[409, 1360, 'data.contacts[3].number'],
	]);
	expect(await faults(w.api.POST(one, { ...at({ audience: audience.id }), body: wrong({ number: contact!.number, first_name: 'x'.repeat(33) }) }))).toEqual([
		[409, 1360, 'data.number'],
		[400, 1361, 'data.first_name'],
	]);
});

test('a template is changed by the rules it was made by', async () => {
	const { template, media } = await things(w);
	const body = { type: 'BODY', text: 'Hello.' };
	const text = 'x'.repeat(21);
	const long = `https://a.example/${'x'.repeat(2083)}`;
	const document = { type: 'document', url: 'https://a.example/b' };
	const cases: [object, number, string][] = [
		[{ name: '' }, 1259, 'name'],
		[{ name: 'x'.repeat(46) }, 1263, 'name'],
		[{ text: ' ' }, 1254, 'text'],
		[{ text: '{a' }, 1255, 'text'],
		[{ text: 'x'.repeat(1001) }, 1260, 'text'],
		[{ text: 5 }, 1255, 'text'],
		[{ type: 'sound' }, 1259, 'type'],
		[{ type: 'image' }, 1264, 'url'],
		[{ type: 'image', url: long }, 1265, 'url'],
		[{ type: 'image', url: 'ftp://a.example' }, 1266, 'url'],
		[{ type: 'image', media_id: media }, 1275, 'media_id'],
		[{ type: 'video', media_id: media }, 1276, 'media_id'],
		[{ type: 'document', media_id: media, filename: 'a' }, 1277, 'media_id'],
		[document, 1267, 'filename'],
		[{ ...document, filename: 'x'.repeat(26) }, 1268, 'filename'],
		[{ ...document, filename: 'a b' }, 1269, 'filename'],
		[{ button_type: 'quick_reply' }, 1272, 'button_text'],
		[{ button_type: 'quick_reply', button_text: text }, 1274, 'button_text'],
		[{ button_type: 'LINK', button_text: 'a' }, 1273, 'button_value'],
		[{ components: [{ type: 'BODY' }] }, 1254, 'components[0].text'],
		[{ components: [body, { type: 'FEET' }] }, 1278, 'components[1].type'],
		[{ components: [body], text: 'Hello.' }, 1278, 'components'],
	];
	const read = async () => (await good(w.api.GET('/v1/templates/{template}', at({ template: template! })))).data;
	const before = await read();
	for (const [change, code, field] of cases)
		expect(await faults(w.call('PUT', `/v1/templates/${template}`, { data: change })), JSON.stringify(change).slice(0, 200)).toEqual([
			[400, code, `data.${field}`],
		]);
	expect(await read()).toEqual(before);
});

test('updates refuse what creates refuse', async () => {
	const ids = await things(w);
	await w.campaign({ id: ids.template! }, { id: ids.audience! }, { schedule: '2199-01-01 00:00:00' });
	const cases: [string, object, number, string?][] = [
		['/v1/audiences/{audience}', {}, 1303, 'name'],
		['/v1/audiences/{audience}', { name: 'a/b' }, 1304],
		['/v1/audiences/{audience}', { name: 'x'.repeat(46) }, 1305],
		['/v1/audiences/{audience}', { name: 'Fine', channel: 5 }, 1307, 'channel'],
		['/v1/senders/{sender}', { name: ' ' }, 1405],
		['/v1/senders/{sender}', { name: 'x'.repeat(46) }, 1406],
		['/v1/senders/{sender}', { code: 5 }, 1407],
		['/v1/senders/{sender}', { channel: 5 }, 1414],
		['/v1/senders/{sender}', { rate: 0 }, 1410],
		['/v1/senders/{sender}', { rate: -1 }, 1410],
		['/v1/senders/{sender}', { rate: 100001 }, 1410],
		['/v1/senders/{sender}', { app_secret: '' }, 1410],
		['/v1/senders/{sender}', { access_token: 'a b' }, 1410],
		['/v1/senders/{sender}', { access_token: 'nonsense' }, 1411],
		['/v1/campaigns/{campaign}', { name: 5 }, 1631],
		['/v1/campaigns/{campaign}', { schedule: 5 }, 1609],
		['/v1/campaigns/{campaign}', { timezone: 'Mars' }, 1609],
	];
	for (const [path, change, code, field] of cases) {
		const before = (await w.get(fill(path, ids))).data;
		await refused(w.call('PUT', fill(path, ids), { data: change }), 400, code, `data.${field ?? name(change)}`);
		expect((await w.get(fill(path, ids))).data, path).toEqual(before);
	}
});
