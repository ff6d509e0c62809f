// What became of a campaign and of each of its recipients, live and afterwards; and what one would do before it is made.
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { Listener, type Told } from './listen.ts';
import { completed, finished } from './things.ts';
import type { Schemas } from 'crier-web/client/index.ts';
import { at, faults, good, refused, UNKNOWN_ID, withWorld, world, wrong } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });

/** Four contacts: one is written to, one too with a fallback, one has no value for a placeholder, one has opted out. */
async function fourKinds() {
	const audience = await w.audienceOf([
		{ number: '447400000101', first_name: 'Ann', custom1: 'parcel with the longest name' },
		{ number: '447400000102', custom1: '=1+1,"two"' },
		{ number: '447400000103', first_name: 'Cem' },
		{ number: '33612345678', first_name: '@Éva', custom1: 'un' },
	]);
	return { audience, template: await w.template() };
}

const recipientsOf = async (campaign: string, query: object = {}) =>
	(await good(w.api.GET('/v1/campaigns/{campaign}/recipients', { params: { path: { campaign }, query } }))) as Schemas['RecipientList'];
const csv = (campaign: string, query = '') => w.get(`/v1/campaigns/${campaign}/recipients${query}`, { headers: { Accept: 'text/csv' } });

/** The records of a CSV text, quoted cells undone. */
function records(text: string): Record<string, string>[] {
	const lines = text.trimEnd().split('\r\n').map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1]!.replace(/^"|"$/g, '').replace(/""/g, '"')));
	const [head, ...rest] = lines;
	return rest.map((cells) => Object.fromEntries(head!.map((name, i) => [name, cells[i]!])));
}

test('recipients in pages, by state, reason and number', async () => {
	const { audience, template } = await fourKinds();
	const made = await w.campaign(template, audience);
	await w.wait(made, (d) => finished(d) && d.messages.read === 3);
	const recipients = (query: object = {}) => recipientsOf(made.id, query);
	const { data, pagination } = await recipients({ page_size: 3 });
	expect(pagination).toMatchObject({ size: 3, total: 4 });
	expect(data.map((r) => r.number)).toEqual(['33612345678', '447400000103', '447400000102']);
	expect(data[0]).toMatchObject({ state: 'read', status: 'read', country: 'FR', attempts: 1, code: null, rule: null, first_name: '@Éva' });
	expect(data[0]!.why).toMatch(/^The person opened it at /);
	for (const step of ['claimed', 'accepted', 'sent', 'delivered', 'read'] as const)
		expect(data[0]!.times[step], step).toBeTruthy();
	expect(data[1]).toMatchObject({ state: 'skipped', status: 'rejected', rule: 'empty_placeholder', attempts: 0, wamid: null });
	expect(data[1]!.why).toContain('placeholder');
	const { data: message } = await good(w.api.GET('/v1/messages/{message}', at({ message: data[0]!.id })));
	expect(message.to).toBe('33612345678');
	expect((await w.all(`/v1/campaigns/${made.id}/recipients?page_size=1`)).map((r) => r.number)).toHaveLength(4);

	const numbers = async (query: object) => (await recipients(query)).data.map((r) => r.number);
	expect(await numbers({ 'filter[state]': 'skipped,failed' })).toEqual(['447400000103']);
	expect(await numbers({ 'filter[state]': 'no_such_state' })).toEqual([]);
	expect(await numbers({ 'filter[code]': 'empty_placeholder' })).toEqual(['447400000103']);
	expect(await numbers({ 'filter[code]': '131026' })).toEqual([]);
	expect(await numbers({ 'filter[search]': '+4474' })).toHaveLength(3);
	expect(await numbers({ 'filter[country]': 'FR' })).toEqual(['33612345678']);
	expect(await numbers({ 'filter[country]': 'fr,GB' })).toHaveLength(4);
	expect(await numbers({ 'filter[country]': 'GB', 'filter[state]': 'delivered,read' })).toEqual(['447400000102', '447400000101']);
	expect(await numbers({ 'filter[country]': 'none' })).toEqual([]);
	expect(await numbers({ 'filter[country]': 'Atlantis' })).toEqual([]);
	expect((await recipients({ 'filter[country]': 'GB' })).pagination.total).toBe(3);
	expect(await numbers({ 'filter[search]': '336', 'filter[state]': 'read' })).toEqual(['33612345678']);
	await refused(w.call('GET', `/v1/campaigns/${made.id}/recipients?page_size=x`), 400, 1016, 'page_size');
	await refused(w.call('GET', `/v1/campaigns/${made.id}/recipients?page_token=x`), 400, 1015, 'page_token');
	await refused(w.call('GET', `/v1/campaigns/${UNKNOWN_ID}/recipients`), 404, 1601);
	await refused(w.call('GET', '/v1/campaigns/x/recipients'), 400, 1602);
});

test('failed ones say what WhatsApp said', async () => {
	await w.sim('POST', '/_sim/faults', { 'refuse-codes': '131026:100' });
	const made = await w.campaign(undefined, await w.audience(3));
	await w.wait(made, finished);
	await w.sim('POST', '/_sim/faults', { 'refuse-codes': '' });
	const { data, pagination } = await recipientsOf(made.id, { 'filter[code]': '131026' });
	expect(pagination.total).toBe(3);
	expect(data[0]).toMatchObject({ state: 'failed', status: 'rejected', code: 131026, rule: null });
	expect(data[0]!.error).toBeTruthy();
	expect(data[0]!.why).toMatch(/^WhatsApp refused it \(code 131026: .* Check the number with the person/);
	const { data: analytics } = await good(w.api.GET('/v1/campaigns/{campaign}/analytics', at({ campaign: made.id })));
	expect(analytics.failures).toMatchObject([{ code: 131026, count: 3, share: 1 }]);
	expect(analytics.countries).toMatchObject([{ country: 'GB', recipients: 3, sent: 0, failed: 3 }]);
});

test('the export has every row, and no formula', async () => {
	const { audience, template } = await fourKinds();
	const made = await w.campaign(template, audience);
	await w.wait(made, (d) => finished(d) && d.messages.read === 3);
	const answer = await csv(made.id);
	expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
	expect(answer.headers['transfer-encoding']).toBe('chunked');
	const rows = records(answer.text);
	expect(rows.map((r) => r.number)).toEqual(['447400000101', '447400000102', '447400000103', '33612345678']);
	expect(rows[3]).toMatchObject({ first_name: "'@Éva", country: 'FR', state: 'read', status: 'read', attempts: '1', rule: '' });
	expect(rows[2]).toMatchObject({ state: 'skipped', rule: 'empty_placeholder', claimed: '' });
	expect(records((await csv(made.id, '?filter[state]=skipped')).text)).toHaveLength(1);
	expect(records((await csv(made.id, '?filter[state]=nonsense')).text)).toHaveLength(0);
	expect(records((await csv(made.id, '?filter[country]=FR')).text).map((r) => r.number)).toEqual(['33612345678']);
	await refused(w.call('GET', `/v1/campaigns/${UNKNOWN_ID}/recipients`, undefined, { headers: { Accept: 'text/csv' } }), 404, 1601);
});

test('an export can be a link: a file with the name of its campaign', async () => {
	const { audience, template } = await fourKinds();
	const made = await w.campaign(template, audience, { name: 'Été "24"; 1/2' });
	await w.wait(made, finished);
	const recipients = `/v1/campaigns/${made.id}/recipients`;
	const file = await w.get(`${recipients}?format=csv&filter[country]=FR`);
	expect(file.headers['content-type']).toBe('text/csv; charset=utf-8');
	expect(file.headers['content-disposition']).toBe("attachment; filename*=UTF-8''%C3%89t%C3%A9%20_24_%3B%201_2.csv");
	expect(file.text.replace(/^\uFEFF/, '')).toBe((await csv(made.id, '?filter[country]=FR')).text);
	expect((await w.get(`${recipients}?format=json`, { headers: { Accept: 'text/csv' } })).headers['content-type']).toMatch(/^application\/json/);
	await refused(w.call('GET', `${recipients}?format=xlsx`), 400, 1014, 'format');
});

test('an export of many rows comes whole', async () => {
	const audience = await w.audience(0);
	await w.importWhen(await w.upload(audience, harness.contactsCsv(2500)), completed, 120);
	const made = await w.campaign(undefined, audience, { rate: 1 });
	await w.wait(made, (d) => d.messages.total === 2500, 120);
	const rows = records((await csv(made.id)).text);
	expect(rows).toHaveLength(2500);
	expect(new Set(rows.map((r) => r.number)).size).toBe(2500);
	expect(rows[2499]!.why).toContain('waits for its turn');
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: made.id }), body: { data: { status: 'canceled' } } }));
});

test('analytics by country and by rule', async () => {
	const { audience, template } = await fourKinds();
	const made = await w.campaign(template, audience);
	await w.wait(made, (d) => finished(d) && d.messages.read === 3);
	const { data } = await good(w.api.GET('/v1/campaigns/{campaign}/analytics', at({ campaign: made.id })));
	expect(data.countries).toEqual([
		{ country: 'GB', recipients: 3, sent: 2, delivered: 2, read: 2, failed: 0, share: 0.75 },
		{ country: 'FR', recipients: 1, sent: 1, delivered: 1, read: 1, failed: 0, share: 0.25 },
	]);
	expect(data.button_replies).toEqual([]);
	expect(data.skips).toMatchObject([{ rule: 'empty_placeholder', count: 1, share: 0.25 }]);
	const { funnel: f } = data;
	expect(f.audience).toBe(f.queued + f.skipped + f.canceled + f.refused + f.unconfirmed + f.sent);
});

test('a forecast comes true', async () => {
	const { audience, template } = await fourKinds();
	const fields = { channel: 'whatsapp', from: 'MyBusiness', template: template.id, audience: audience.id } as const;
	const { data } = await good(w.api.POST('/v1/campaigns/preflight', { body: { data: fields } }));
	expect(data).toMatchObject({ audience: 4, recipients: 3 });
	expect(data.removed).toMatchObject([{ rule: 'empty_placeholder', count: 1, numbers: ['447400000103'] }]);
	expect(data.placeholders).toEqual([
		{ name: 'first_name', filled: 3, fallback: 1, missing: 0 },
		{ name: 'custom1', filled: 3, fallback: 0, missing: 1 },
	]);
	expect(data.problems.map((p) => `${p.severity} ${p.problem}`)).toContain('warning empty_placeholder');
	expect(data.estimate).toMatchObject({ minutes: 1, days: 1 });
	expect(data.samples.find((s) => s.pick === 'emptiest')).toMatchObject({ number: '447400000102', fallbacks: 1 });
	expect(data.samples.find((s) => s.pick === 'longest')!.text).toContain('Hello');
	const done = await w.wait(await w.campaign(template, audience), finished);
	expect(done.messages).toMatchObject({ total: data.audience, skipped: data.audience - data.recipients });
	const nothing = await w.audience(0);
	const empty = await good(w.api.POST('/v1/campaigns/preflight', { body: { data: { ...fields, audience: nothing.id } } }));
	expect(empty.data.problems[0]).toMatchObject({ severity: 'error', problem: 'nobody' });
});

test('buttons that were tapped are told, each with its recipient', async () => {
	await w.sender();
	const fields = { name: w.name(), channel: 'whatsapp', wa_sender_code: harness.NUMBER, wa_category: 'MARKETING', text: 'The doors open at nine.',
		button_type: 'quick_reply', button_text: 'No more of these', button_value: 'fewer' } as const;
	const template = await w.approved((await good(w.api.POST('/v1/templates', { body: { data: fields } }), 201)).data.id);
	await w.sim('POST', '/_sim/faults', { 'stop-share': '100', 'inbound-delay-ms': '1-5' }); // all press what rids them of it
	const campaign = await w.campaign(template, await w.audience(3));
	const replies = async () => (await good(w.api.GET('/v1/campaigns/{campaign}/analytics', at({ campaign: campaign.id })))).data.button_replies;
	await harness.waitUntil(async () => (await replies())[0]?.count === 3, 30, 'the replies');
	await w.sim('POST', '/_sim/faults', { 'stop-share': '0' });
	expect(await replies()).toMatchObject([{ text: 'No more of these', payload: 'fewer', count: 3 }]);
	expect((await recipientsOf(campaign.id, { 'filter[button]': 'fewer' })).pagination.total).toBe(3);
	expect((await recipientsOf(campaign.id, { 'filter[button]': 'more' })).data).toEqual([]);
	const heard = (await w.all('/v1/messages?filter[direction]=MO')).filter((m) => m.type === 'button');
	expect(heard.map((m) => m.from).sort()).toEqual((await w.messages(campaign)).map((m) => m.to).sort());
	for (const one of heard)
		expect(one).toMatchObject({ text: 'No more of these', payload: 'fewer', status: 'received' });
	expect((await w.all('/v1/optouts')).map(({ number }) => number)).not.toContain(heard[0].from); // a button is no STOP
});

test('a medium that WhatsApp refused is told before anything is sent', async () => {
	await withWorld({}, async (own) => {
		await own.sender();
		const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR picture', 'latin1');
		const { data: medium } = await own.call('POST', '/v1/media', png, { contentType: 'image/png' });
		const fields = { name: 'Picture', channel: 'whatsapp', wa_sender_code: harness.NUMBER, wa_category: 'MARKETING', text: 'Look.', type: 'image',
			media_id: medium.id };
		const template = await own.approved((await own.call('POST', '/v1/templates', { data: fields })).data.id);
		await own.sim('POST', '/_sim/faults', { 'media-broken': true });
		const audience = await own.audience(2);
		await own.wait(await own.campaign(template, audience), ({ hold }) => hold !== null);
		const body = { data: { name: 'next', channel: 'whatsapp', from: 'MyBusiness', template: template.id, audience: audience.id } } as const;
		const { data } = await good(own.api.POST('/v1/campaigns/preflight', { body }));
		expect(data.problems).toContainEqual(expect.objectContaining({ severity: 'error', problem: 'media' }));
	});
});

test('a forecast refuses what a create would, and makes nothing', async () => {
	const preflight = (data: object) => w.api.POST('/v1/campaigns/preflight', { body: wrong(data) });
	expect(await faults(preflight({}))).toEqual([
		[400, 1515, 'data.channel'],
		[400, 1603, 'data.from'],
		[400, 1607, 'data.template'],
		[400, 1605, 'data.audience'],
	]);
	const { audience, template } = await fourKinds();
	const fields = { name: 'once', channel: 'whatsapp', from: 'MyBusiness', template: template.id, audience: audience.id };
	await good(preflight(fields));
	await good(preflight(fields));
	await refused(preflight({ ...fields, from: 'Nobody' }), 400, 1604, 'data.from');
	await refused(preflight({ ...fields, name: ' ' }), 400, 1631, 'data.name');
	await refused(preflight({ ...fields, template: (await w.template('Hello {town}, welcome.')).id }), 400, 1613, 'data.template');
	await refused(preflight({ ...fields, audience: UNKNOWN_ID }), 400, 1616, 'data.audience');
	await w.wait(await w.campaign(template, audience, { name: 'once' }), finished);
	await refused(preflight(fields), 409, 1614, 'data.name');
});

/** Events of the stream until it ends. */
async function listen(campaign: string): Promise<Told[]> {
	const listener = new Listener(w.server.address, `/v1/campaigns/${campaign}/events`);
	await listener.end;
	expect(listener.type).toBe('text/event-stream');
	return listener.told;
}

test('live counters, until the end', async () => {
	const made = await w.campaign(undefined, await w.audience(60), { rate: 20 });
	const [one, other] = await Promise.all([listen(made.id), listen(made.id)]);
	for (const events of [one, other]) {
		expect(events.at(-1)).toMatchObject({ event: 'end', data: {} });
		const told = events.filter((e) => e.event === 'campaign');
		expect(told.length).toBeGreaterThan(2);
		expect(told.at(-1)!.data).toMatchObject({ id: made.id, status: 'completed', hold: null });
		expect(told.at(-1)!.data.messages.total).toBe(60);
		for (let i = 2; i < told.length; i++)
			expect(told[i]!.at - told[i - 1]!.at).toBeGreaterThan(800);
		for (let i = 1; i < told.length; i++)
			expect(told[i]!.data).not.toEqual(told[i - 1]!.data);
	}
	const again = await w.get(`/v1/campaigns/${made.id}/events`, { headers: { 'Last-Event-ID': '7' } });
	expect(again.text).toMatch(/^id: \d+\nevent: campaign\ndata: \{.*"status":"completed".*\}\n\nevent: end\ndata: \{\}\n\n$/);
	await refused(w.call('GET', `/v1/campaigns/${UNKNOWN_ID}/events`), 404, 1601);
	await refused(w.call('GET', '/v1/campaigns/x/events'), 400, 1602);
});

test('a server that stops ends its streams at once', async () => {
	const made = await w.campaign(undefined, await w.audience(50), { rate: 1 });
	const listening = listen(made.id);
	await w.wait(made, (d) => d.messages.total === 50);
	const begun = performance.now();
	expect(await w.server.stop()).toBe(0);
	expect(performance.now() - begun).toBeLessThan(8000);
	const events = await listening;
	expect(events.length).toBeGreaterThan(0);
	expect(events.every((e) => e.event === 'campaign')).toBe(true);
	await w.restart();
});
