// How the API speaks, whatever it speaks of: form and order of answers, spellings, lengths, and what a campaign takes along.
import { expect, test } from 'vitest';
import { completed, finished, things } from './things.ts';
import { at, faults, good, refused, world, wrong } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

test('answers are compact, begin with their ids and end with their links', async () => {
	const ids = await things(w);
	const paths = ['campaigns/{campaign}', 'templates/{template}', 'audiences/{audience}', 'audiences/{audience}/contacts/{contact}', 'senders/{sender}'];
	for (const path of paths) {
		const answer = await w.get(`/v1/${path.replace(/\{(\w+)\}/g, (_, kind: string) => ids[kind]!)}`);
		expect(answer.text).toBe(JSON.stringify(answer.tree));
		const names = Object.keys(answer.tree.data);
		expect([names[0], names[1], names.at(-1)], path).toEqual(['id', 'account_id', 'links']);
		expect([answer.tree.data.create_date, answer.tree.data.update_date], path).toEqual([expect.stringMatching(TIME), expect.stringMatching(TIME)]);
	}
	for (const path of ['campaigns', 'templates', 'audiences', 'senders', 'messages', 'webhooks', 'optouts', 'keys', 'media']) {
		const answer = await w.get(`/v1/${path}?page_size=1`);
		expect(answer.text).toBe(JSON.stringify(answer.tree));
		expect(Object.keys(answer.tree), path).toEqual(['data', 'pagination']);
		expect(Object.keys(answer.tree.pagination), path).toEqual(['number', 'size', 'total', 'links']);
		expect(Object.keys(answer.tree.pagination.links), path).toEqual(['first', 'current', 'previous', 'next']);
	}
});

test('links begin with the host that was asked, where it is one', async () => {
	const hosts = { 'crier.example:8080': 'crier.example:8080', '[::1]:80': '[::1]:80', '\u00ff\u00fe': 'localhost', 'a"b': 'localhost', 'a/b': 'localhost', ['x'.repeat(256)]: 'localhost' };
	for (const [host, told] of Object.entries(hosts)) {
		const answer = await w.get('/v1/accounts/self', { headers: { Host: host } });
		expect(answer.data.links.self).toBe(`http://${told}/v1/accounts/self`);
	}
});

test('a fault tells when, where and what, and names the field', async () => {
	const { text } = await w.call('POST', '/v1/campaigns?x=1', { data: { channel: 'whatsapp', from: 'MyBusiness' } });
	const [first] = JSON.parse(text).errors;
	expect(Object.keys(first)).toEqual(['timestamp', 'path', 'method', 'status', 'message', 'code', 'field']);
	expect(first).toMatchObject({ timestamp: expect.stringMatching(TIME), path: '/v1/campaigns', method: 'POST', status: 400 });
	expect(first.message).toContain(first.field);
});

test('a channel in any letter case, answered in the one of its resource', async () => {
	const template = await w.template();
	const made = await good(w.api.POST('/v1/audiences', { body: wrong({ name: w.name(), channel: 'WhatsApp', contacts: [] }) }), 201);
	expect(made.data.channel).toBe('WHATSAPP');
	const campaign = await w.campaign(template, made.data, { channel: 'WHATSAPP', schedule: '2199-01-01 00:00:00' });
	expect(campaign.channel).toBe('whatsapp');
	expect((await w.get(`/v1/templates/${template.id}`)).data.channel).toBe('WHATSAPP');
	for (const channel of ['sms', 'VIBER', 'pigeon']) {
		await refused(w.api.POST('/v1/audiences', { body: wrong({ name: w.name(), channel }) }), 400, 1307, 'data.channel');
		const fields = { channel, from: 'MyBusiness', template: template.id, audience: made.data.id };
		expect(await faults(w.api.POST('/v1/campaigns', { body: wrong(fields) }))).toContainEqual([400, 1515, 'data.channel']);
	}
});

test('lengths are counted in characters', async () => {
	const make = (name: string) => w.api.POST('/v1/audiences', { body: { data: { name, channel: 'whatsapp' } } });
	expect((await good(make('ж'.repeat(45)), 201)).data.name).toBe('ж'.repeat(45));
	await refused(make('ж'.repeat(46)), 400, 1305, 'data.name');
	const campaign = await w.campaign(undefined, await w.audience(1), { name: '😀'.repeat(45), schedule: '2199-01-01 00:00:00' });
	expect(campaign.name).toBe('😀'.repeat(45));
	const rename = (name: string) => w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: campaign.id }), body: { data: { name } } });
	await refused(rename('😀'.repeat(46)), 400, 1631, 'data.name');
});

test('an empty audience completes with nobody', async () => {
	const done = await w.wait(await w.campaign(undefined, await w.audience(0)), completed);
	expect(done.messages).toEqual({ total: 0, delivered: 0, failed: 0, queued: 0, sent: 0, read: 0, unconfirmed: 0, skipped: 0 });
	expect(await w.messages(done)).toEqual([]);
});

test('what is edited after the start changes nothing in a campaign that runs', async () => {
	const template = await w.template('Hello {first_name|friend}, your {custom1} is ready.');
	const audience = await w.audience(60);
	const made = await w.campaign(template, audience, { rate: 20 });
	await w.wait(made, (data) => data.messages.sent + data.messages.delivered > 0);
	const contacts = await w.all(`/v1/audiences/${audience.id}/contacts?page_size=100`);
	const path = (contact: string) => at({ audience: audience.id, contact });
	const contact = '/v1/audiences/{audience}/contacts/{contact}';
	for (const { id } of contacts.slice(0, 30))
		await good(w.api.PUT(contact, { ...path(id), body: { data: { first_name: 'Changed' } } }));
	for (const { id } of contacts.slice(30))
		await good(w.api.DELETE(contact, path(id)), 204);
	await good(w.api.POST('/v1/audiences/{audience}/contacts', { ...at({ audience: audience.id }), body: { data: { number: '447400999999' } } }), 201);
	const done = await w.wait(made, finished);
	expect(done.messages).toMatchObject({ total: 60, read: 60, skipped: 0 });
	const texts = (await w.messages(made)).map((message) => message.text);
	expect(new Set(texts)).toEqual(new Set(Array.from({ length: 60 }, (_, i) => `Hello P${i}, your order ${i} is ready.`)));
});

test('placeholders: names old and new, own fields, fallbacks, literal braces', async () => {
	const template = await w.template('Dear {first_name|friend} {last_name|none}: {timestamp}, {date}, {city}, +{number} {{x} thanks.');
	const audience = await w.audienceOf([
		{ number: '447400000001', first_name: 'Ann', last_name: 'Lee', custom1: 'one', custom2: 'two', fields: { city: 'Ørsted' } },
		{ number: '447400000002', timestamp: 'three', date: 'four', fields: { city: 'Rome' } },
	]);
	const done = await w.wait(await w.campaign(template, audience), finished);
	const texts = (await w.messages(done)).map((message) => message.text);
	expect(texts.sort()).toEqual(['Dear Ann Lee: one, two, Ørsted, +447400000001 {x} thanks.', 'Dear friend none: three, four, Rome, +447400000002 {x} thanks.']);
});
