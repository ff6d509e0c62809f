// Templates by components: judged before Meta is asked, sent with all their parts, changed, and taken over from Meta.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { waitUntil } from './harness.ts';
import { finished } from './things.ts';
import { at, faults, good, refused, UNKNOWN_ID, world, wrong } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const URL_BUTTON = { type: 'URL', text: 'Shop', url: 'https://shop.example/{custom1}' };

const request = (fields: object) => ({ name: w.name('rich'), channel: 'whatsapp', wa_sender_code: harness.NUMBER, wa_category: 'MARKETING', ...fields });
const create = (fields: object) => w.api.POST('/v1/templates', { body: wrong(request(fields)) });
const make = async (fields: object) => w.approved((await good(create(fields), 201)).data.id);
const read = async (template: string) => (await good(w.api.GET('/v1/templates/{template}', at({ template })))).data;
const update = (template: string, fields: object) => w.api.PUT('/v1/templates/{template}', { ...at({ template }), body: wrong(fields) });
const sync = async (data: object = {}) => (await good(w.api.POST('/v1/templates/sync', { body: wrong(data) }))).data;

/** What Meta's side has of a template, asked as Meta's API is. */
async function graph(method: string, path: string, body?: object): Promise<any> {
	const answer = await harness.ask(w.simulator.address, {
		method,
		target: `/v24.0/${path}`,
		headers: { Authorization: `Bearer ${harness.TOKEN}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
		body: body && JSON.stringify(body),
	});
	if (answer.status !== 200)
		throw new Error(`${method} ${path}: ${answer.status}: ${answer.text}`);
	return answer.tree;
}
const atMeta = (id: string) => graph('GET', `${id}?fields=name,status,components,parameter_format`);

const COMPONENTS = [
	{ type: 'HEADER', format: 'TEXT', text: 'For {first_name|you}' },
	{ type: 'BODY', text: 'Hi {first_name|friend}, your {custom1} waits.' },
	{ type: 'FOOTER', text: 'Reply STOP to opt out' },
	{ type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Stop' }, { type: 'QUICK_REPLY', text: 'More', payload: 'more-1' }, URL_BUTTON,
		{ type: 'PHONE_NUMBER', text: 'Call', phone_number: '+447400123456' }, { type: 'COPY_CODE', example: '{code|SPRING25}' }] },
];

test('a template of components is submitted as Meta wants it, and sent to each with their values', async () => {
	await w.sender();
	const made = await make({ components: COMPONENTS });
	expect(made).toMatchObject({ components: COMPONENTS, text: COMPONENTS[1]!.text, type: 'text', meta_status: 'APPROVED' });
	const theirs = await atMeta(made.meta_id!);
	expect(theirs.parameter_format).toBe('NAMED');
	expect(theirs.components[0]).toMatchObject({ type: 'HEADER', text: 'For {{first_name}}' });
	expect(theirs.components[3].buttons[2].url).toBe('https://shop.example/{{1}}');
	const audience = await w.audienceOf([
		{ number: '447400000001', first_name: 'Ada', custom1: 'a b', fields: { code: 'ADA1' } },
		{ number: '447400000002', custom1: 'order' },
		{ number: '447400000003', custom1: 'order', fields: { code: 'not a code' } },
	]);
	const done = await w.wait(await w.campaign(made, audience), finished);
	expect(done.messages).toMatchObject({ total: 3, read: 2, skipped: 1, failed: 0 });
	const messages = new Map((await w.messages(done)).map((m) => [m.to, m]));
	expect(messages.get('447400000001')!.text).toBe('Hi Ada, your a b waits.');
	expect(messages.get('447400000003')!.status_details).toContain('does not fit its place');
});

test('location, offer and one-time password are sent as the simulator holds them to be right', async () => {
	await w.sender();
	const audience = await w.audienceOf([{ number: '447400000001', first_name: 'Ada', custom1: '123456', custom2: '2099-01-01 00:00:00' }]);
	const templates = [
		{ wa_category: 'UTILITY', components: [
			{ type: 'HEADER', format: 'LOCATION', location: { latitude: '51.5', longitude: -0.1, name: 'Shop of {first_name}' } },
			{ type: 'BODY', text: 'Come by.' }] },
		{ components: [
			{ type: 'BODY', text: 'Hurry, {first_name}!' },
			{ type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Ends soon', has_expiration: true, expires_at: '{custom2}' } },
			{ type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', example: 'SPRING25' }, URL_BUTTON] }] },
		{ wa_category: 'AUTHENTICATION', components: [
			{ type: 'BODY', add_security_recommendation: true },
			{ type: 'FOOTER', code_expiration_minutes: 10 },
			{ type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', code: '{custom1}' }] }] },
	];
	for (const fields of templates) {
		const done = await w.wait(await w.campaign(await make(fields), audience), finished);
		expect(done.messages, JSON.stringify(fields)).toMatchObject({ total: 1, read: 1 });
	}
});

test('headers and cards with media of the account reach every recipient, and Meta gets each file once', async () => {
	await w.sender();
	const bytes = (rest: string) => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), Buffer.from(rest)]);
	const media = async (rest: string) => (await w.call('POST', '/v1/media', bytes(rest), { contentType: 'image/png' })).data.id as string;
	const [one, two] = [await media('one'), await media('two')];
	const audience = await w.audience(5, { custom1: 'order' });
	const flat = await make({ text: 'Look, {first_name|you}!', type: 'image', media_id: one });
	expect(flat).toMatchObject({ type: 'image', media_id: one });
	expect((await atMeta(flat.meta_id!)).components[0].example.header_handle).toHaveLength(1);
	const card = (media_id: string) => ({ components: [
		{ type: 'HEADER', format: 'IMAGE', media_id },
		{ type: 'BODY', text: 'For {first_name|you}!' },
		{ type: 'BUTTONS', buttons: [URL_BUTTON, { type: 'QUICK_REPLY', text: 'More' }] }] });
	const carousel = await make({ components: [{ type: 'BODY', text: 'Look.' }, { type: 'CAROUSEL', cards: [card(one), card(two)] }] });
	for (const template of [flat, carousel]) {
		const done = await w.wait(await w.campaign(template, audience), finished, 60);
		expect(done.messages, template.name).toMatchObject({ total: 5, read: 5, failed: 0 });
	}
	await refused(create({ text: 'Look.', type: 'video', media_id: one }), 400, 1276, 'data.media_id');
	await refused(w.api.DELETE('/v1/media/{media}', at({ media: one })), 409, 1824);
	const single = await w.api.POST('/v1/messages', { body: wrong({ channel: 'whatsapp', from: 'MyBusiness', to: '447400000009', template: flat.id, variables: ['Ada'] }) });
	const sent = await waitUntil(async () => {
		const { data } = await good(w.api.GET('/v1/messages/{message}', at({ message: (single.data as any).data[0].id })));
		return ['read', 'failed', 'rejected'].includes(data.status) ? data : null;
	}, 30, 'the single message');
	expect(sent.status, sent.status_details ?? '').toBe('read');
});

test('what Meta would refuse is refused before it is asked, with the part named', async () => {
	await w.sender();
	const body = { type: 'BODY', text: 'Hello.' };
	const image = { type: 'HEADER', format: 'IMAGE' };
	const buttons = (...list: object[]) => [body, { type: 'BUTTONS', buttons: list }];
	const reply = { type: 'QUICK_REPLY', text: 'a' };
	const cases: [object, number, string][] = [
		[{ components: [{ type: 'FEET' }, body] }, 1278, 'components[0].type'],
		[{ components: [{ ...image, url: 'ftp://a.example' }, body] }, 1266, 'components[0].url'],
		[{ components: [image, body] }, 1264, 'components[0].url'],
		[{ components: [{ ...image, media_id: UNKNOWN_ID }, body] }, 1264, 'components[0].media_id'],
		[{ components: [{ ...image, url: `https://a.example/${'x'.repeat(2083)}` }, body] }, 1265, 'components[0].url'],
		[{ components: [{ type: 'HEADER', format: 'DOCUMENT', url: 'https://a.example/b' }, body] }, 1267, 'components[0].filename'],
		[{ components: buttons({ ...URL_BUTTON, url: 'https://a.example/{a}/b' }) }, 1273, 'components[1].buttons[0].url'],
		[{ components: buttons({ ...reply, text: '' }) }, 1272, 'components[1].buttons[0].text'],
		[{ components: buttons({ ...reply, text: 'x'.repeat(26) }) }, 1274, 'components[1].buttons[0].text'],
		[{ components: buttons(...Array(11).fill(reply)) }, 1278, 'components[1].buttons'],
		[{ components: buttons(reply, URL_BUTTON, reply) }, 1278, 'components[1].buttons'],
		[{ components: [{ type: 'BODY', text: 'x'.repeat(1025) }] }, 1260, 'components[0].text'],
		[{ components: [{ type: 'BODY' }] }, 1254, 'components[0].text'],
		[{ components: [{ type: 'BODY', text: 'Hi {name}' }] }, 1255, 'components[0].text'],
		[{ components: [body], text: 'Hello.' }, 1278, 'components'],
		[{ components: 'BODY' }, 1278, 'components'],
		[{ text: 'Hello.', wa_category: 'AUTHENTICATION' }, 1259, 'wa_category'],
		[{ text: 'Hello.', type: 'image' }, 1264, 'url'],
		[{ text: 'Hello.', type: 'image', url: 'x' }, 1266, 'url'],
		[{ text: 'Hello.', type: 'image', url: `https://a.example/${'x'.repeat(2083)}` }, 1265, 'url'],
		[{ text: 'Hello.', type: 'image', media_id: UNKNOWN_ID }, 1264, 'media_id'],
		[{ text: 'Hello.', type: 'document', url: 'https://a.example/b' }, 1267, 'filename'],
		[{ text: 'Hello.', type: 'document', url: 'https://a.example/b', filename: 'x'.repeat(26) }, 1268, 'filename'],
		[{ text: 'Hello.', type: 'document', url: 'https://a.example/b', filename: 'a b' }, 1269, 'filename'],
	];
	for (const [fields, code, field] of cases)
		expect(await faults(create(fields)), JSON.stringify(fields).slice(0, 200)).toEqual([[400, code, `data.${field}`]]);
	const several = await faults(create({ name: '', components: [{ type: 'BODY' }, { type: 'FEET' }] }));
	expect(several).toEqual([[400, 1259, 'data.name'], [400, 1254, 'data.components[0].text'], [400, 1278, 'data.components[1].type']]);
});

test('a name is changed at any time, and what Meta does not see at once', async () => {
	const template = await w.template();
	const other = await w.template();
	const renamed = (await good(update(template.id, { name: 'Renamed' }))).data;
	expect(renamed).toMatchObject({ name: 'Renamed', status: 'COMPLETED', meta_name: template.meta_name });
	await refused(update(template.id, { name: other.name }), 409, 1258, 'data.name');
	await refused(update(template.id, { name: '' }), 400, 1259, 'data.name');
	await refused(update(UNKNOWN_ID, { name: 'x' }), 404, 1251);
	await refused(update('nope', { name: 'x' }), 400, 1252);
	const text = 'Hello {first_name|you}, your {custom1} is ready.';
	expect((await good(update(template.id, { text }))).data).toMatchObject({ text, status: 'COMPLETED' });
});

test('a content is changed by an edit that Meta judges', async () => {
	const template = await w.template();
	const edited = (await good(update(template.id, { text: 'Good day {first_name|friend}, your {custom1} is here.' }))).data;
	expect(edited).toMatchObject({ status: 'IN_PROCESS', meta_id: template.meta_id });
	await refused(update(template.id, { text: 'Again.' }), 409, 1253);
	await w.approved(template.id);
	expect((await atMeta(template.meta_id!)).components[0].text).toBe('Good day {{first_name}}, your {{custom1}} is here.');
	await refused(update(template.id, { text: 'Once more.' }), 409, 1253); // one in 24 hours
	const used = await w.template();
	await w.campaign(used, undefined, { schedule: '2199-01-01 00:00:00' });
	await refused(update(used.id, { text: 'Other words.' }), 409, 1253);
	await refused(update(used.id, { text: '{a' }), 400, 1255, 'data.text');
});

test('an edit that Meta refuses is taken back', async () => {
	const template = await w.template();
	await graph('DELETE', `${harness.WABA}/message_templates?name=${template.meta_name}`);
	await good(update(template.id, { text: 'Other words altogether.' }));
	const back = await waitUntil(async () => {
		const now = await read(template.id);
		return now.status === 'COMPLETED' ? now : null;
	}, 30, 'the refusal');
	expect(back).toMatchObject({ text: template.text, reason: expect.stringContaining('does not exist') });
});

test('a refused template is mended by an edit', async () => {
	await w.sender();
	await w.sim('POST', '/_sim/faults', { 'template-verdict': 'reject' });
	const { data: made } = await good(create({ text: 'Bad words.' }), 201);
	await waitUntil(async () => (await read(made.id)).status === 'CANCELED' || null, 30, 'the refusal');
	await w.sim('POST', '/_sim/faults', { 'template-verdict': 'approve' });
	await good(update(made.id, { text: 'Good words.' }));
	expect(await w.approved(made.id)).toMatchObject({ text: 'Good words.', reason: null });
});

test('templates that stand at Meta are taken over', async () => {
	await w.sender();
	const mine = await w.template();
	await sync(); // what other tests left
	const template = (name: string, language: string, components: object[], more: object = {}) =>
		graph('POST', `${harness.WABA}/message_templates`, { name, language, category: 'MARKETING', components, ...more });
	const body = { type: 'BODY', text: 'Hi {{1}}, {{2}} is here.', example: { body_text: [['Ada', 'x']] } };
	await template('made_elsewhere', 'en_US', [body]);
	await template('made_elsewhere', 'de', [body]);
	await template('with_flow', 'en_US', [{ type: 'BODY', text: 'Hello' }, { type: 'BUTTONS', buttons: [{ type: 'FLOW', text: 'Go', flow_id: '1' }] }]);
	const { id: lost } = await template('soon_gone', 'en_US', [{ type: 'BODY', text: 'Hello' }]);
	const first = await sync();
	expect(first).toMatchObject({ business_accounts: 1, added: 4, removed: 0, not_sendable: 1 });
	expect((await sync({ wa_sender_code: harness.NUMBER })).added).toBe(0);
	const named = async (name: string) => (await w.get(`/v1/templates?filter[name]=${encodeURIComponent(name)}`)).tree.data[0];
	const taken = await w.approved((await named('made_elsewhere en_US')).id);
	expect(taken).toMatchObject({ text: 'Hi {custom1}, {custom2} is here.', meta_name: 'made_elsewhere' });
	expect(await named('made_elsewhere')).toMatchObject({ language: 'de' }); // the newest stands first
	const flow = await named('with_flow');
	expect(flow).toMatchObject({ status: 'CANCELED', reason: expect.stringContaining('FLOW') });
	expect(await read(mine.id)).toMatchObject({ text: mine.text, status: 'COMPLETED' });
	// Its placeholders get better names without Meta, and it is sent by position.
	await good(update(taken.id, { text: 'Hi {first_name|friend}, {custom1} is here.' }));
	const audience = await w.audienceOf([{ number: '447400000001', custom1: 'spring' }]);
	const done = await w.wait(await w.campaign(taken, audience), finished);
	expect(done.messages).toMatchObject({ total: 1, read: 1 });
	expect((await w.messages(done))[0]!.text).toBe('Hi friend, spring is here.');
	await graph('DELETE', `${harness.WABA}/message_templates?name=soon_gone&hsm_id=${lost}`);
	expect((await sync()).removed).toBe(1);
	expect(await named('soon_gone')).toMatchObject({ status: 'CANCELED', meta_status: 'DELETED' });
	await refused(w.api.POST('/v1/templates/sync', { body: wrong({ wa_sender_code: '4912345' }) }), 400, 1241, 'data.wa_sender_code');
	await w.sim('POST', '/_sim/faults', { 'token-expired': true });
	await refused(w.api.POST('/v1/templates/sync', { body: wrong({}) }), 502, 1023);
	await w.sim('POST', '/_sim/faults', { 'token-expired': false });
});

test('what Meta changes by itself is taken over as its webhooks tell of it', async () => {
	const made = await w.template();
	const tell = (change: object) => w.sim('POST', '/_sim/template', { id: made.meta_id, ...change });
	const becomes = (what: string, ready: (t: Awaited<ReturnType<typeof read>>) => boolean) =>
		waitUntil(async () => {
			const now = await read(made.id);
			return ready(now) ? now : null;
		}, 30, what);
	await tell({ correct_category: 'UTILITY' });
	const announced = await becomes('the announcement', (t) => t.correct_category !== null);
	expect(announced).toMatchObject({ wa_category: 'MARKETING', correct_category: 'UTILITY', previous_category: null, status: 'COMPLETED' });
	await tell({ category: 'UTILITY' });
	const moved = await becomes('the category', (t) => t.wa_category === 'UTILITY');
	expect(moved).toMatchObject({ correct_category: null, previous_category: 'MARKETING', status: 'COMPLETED' });
	const body = { type: 'BODY', text: 'Hello {{first_name}}, your {{custom1}} is at the counter.',
		example: { body_text_named_params: [{ param_name: 'first_name', example: 'Ada' }, { param_name: 'custom1', example: 'x' }] } };
	await tell({ components: [body] });
	const changed = await becomes('the content', (t) => t.text !== made.text);
	expect(changed).toMatchObject({ text: 'Hello {first_name}, your {custom1} is at the counter.', status: 'COMPLETED' });
	await tell({ status: 'PAUSED' });
	await becomes('the pause', (t) => t.meta_status === 'PAUSED');
	await tell({ status: 'APPROVED' });
	await becomes('the end of the pause', (t) => t.meta_status === 'APPROVED');
	const done = await w.wait(await w.campaign(made, await w.audience(1)), finished);
	expect((await w.messages(done))[0]!.text).toBe('Hello P0, your order 0 is at the counter.');
});

test('a placeholder that no contact of the audience can fill is no campaign', async () => {
	const template = await make({ text: 'Hello {town}, welcome.' });
	const audience = await w.audience(2);
	const campaign = { name: w.name(), channel: 'whatsapp', from: 'MyBusiness', template: template.id, audience: audience.id };
	await refused(w.api.POST('/v1/campaigns', { body: wrong(campaign) }), 400, 1613, 'data.template');
	const there = await w.audienceOf([{ number: '447400000001', fields: { town: 'Bath' } }, { number: '447400000002' }]);
	const done = await w.wait(await w.campaign(template, there), finished);
	expect(done.messages).toMatchObject({ total: 2, read: 1, skipped: 1 });
});
