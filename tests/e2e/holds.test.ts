// What stops campaigns and senders, and what lifts it.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { at as when } from './harness.ts';
import { finished } from './things.ts';
import { at, good, refused, UNKNOWN_ID, withWorld, world } from './world.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const taken = async (): Promise<number> => (await w.sim('GET', '/_sim/ledger')).taken;

test('a sender is paused and resumed, and its campaigns say so', async () => {
	const before = await taken();
	const made = await w.campaign(undefined, await w.audience(300), { rate: 100 });
	await w.wait(made, (c) => c.messages.read > 5);
	const { data: senders } = await good(w.api.GET('/v1/senders'));
	const one = at({ sender: senders[0]!.id });
	const { data: paused } = await good(w.api.POST('/v1/senders/{sender}/pause', one));
	expect(paused).toMatchObject({ status: 'blocked', hold: { by: 'person', rule: 'person', code: null, until: null } });
	const held = await w.read(made);
	expect(held).toMatchObject({ status: 'in_progress', hold: null, sender_hold: { by: 'person', remedy: paused.hold!.remedy } });
	const waiting = await w.all(`/v1/campaigns/${made.id}/recipients?filter[state]=queued`);
	expect(waiting[0].why).toContain('the sender is held. Paused by a person.');
	const { data: resumed } = await good(w.api.POST('/v1/senders/{sender}/resume', one));
	expect(resumed).toMatchObject({ status: 'available', hold: null });
	expect((await w.wait(made, finished)).messages.read).toBe(300);
	expect((await taken()) - before).toBe(300);
	for (const action of ['/v1/senders/{sender}/pause', '/v1/senders/{sender}/resume'] as const)
		await refused(w.api.POST(action, at({ sender: UNKNOWN_ID })), 404, 1402);
});

test('a backup of the running server, restored, sends nothing until somebody resumes it', async () => {
	const template = await w.template();
	const running = await w.campaign(template, await w.audience(400), { rate: 100 });
	const later = await w.campaign(template, await w.audience(3), { schedule: when(3600) });
	await w.wait(running, (c) => c.messages.read > 20);
	const file = `${w.folder}/backup.db`;
	const backup = (to: string) => execFileSync(harness.crier(), ['backup', to, '--data', `${w.folder}/data`], { encoding: 'utf8', stdio: 'pipe' });
	backup(file);
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(() => backup(file)).toThrow(/exists already/);
	expect((await w.wait(running, finished)).messages.read).toBe(400);
	expect((await w.read(later)).hold).toBeNull();

	const folder = `${w.folder}/restored`;
	mkdirSync(`${folder}/data`, { recursive: true });
	copyFileSync(file, `${folder}/data/crier.db`);
	copyFileSync(`${w.folder}/data/crier.key`, `${folder}/data/crier.key`);
	const before = await taken();
	const copy = await w.serve(folder);
	const original = w.server;
	try {
		w.server = copy;
		for (const campaign of [running, later])
			expect((await w.read(campaign)).hold).toMatchObject({ by: 'rule', rule: 'restored', until: null });
		expect((await w.read(running)).messages.queued).toBeGreaterThan(0);
		expect((await w.read(later)).status).toBe('scheduled');
		expect(copy.output()).toContain('restored backup');
		expect((await good(w.api.POST('/v1/campaigns/{campaign}/resume', at({ campaign: later.id })))).data).toMatchObject({ status: 'scheduled', hold: null });
		expect(await taken()).toBe(before);
	} finally {
		w.server = original;
		expect(await copy.stop()).toBe(0);
	}
});

test('what was due while the server was down for too long waits for a person', () =>
	withWorld({}, async (w) => {
		const template = await w.template();
		const audience = await w.audience(3);
		const schedule = when(2);
		const late = await w.campaign(template, audience, { schedule, late_start_limit: 0 });
		const fine = await w.campaign(template, audience, { schedule, late_start_limit: 60 });
		expect(await w.server.stop()).toBe(0);
		await harness.waitUntil(async () => when(0) > schedule, 10, 'the time it was due');
		await w.restart();
		await w.wait(fine, finished);
		const held = await w.read(late);
		expect(held).toMatchObject({ status: 'in_progress', hold: { by: 'rule', rule: 'late_start' }, messages: { read: 0, sent: 0 } });
		await good(w.api.POST('/v1/campaigns/{campaign}/resume', at({ campaign: late.id })));
		expect((await w.wait(late, finished)).messages.read).toBe(3);
	}));

test('too many failures pull the brake, and what is resumed goes on', async () => {
	await w.sim('POST', '/_sim/faults', { 'refuse-codes': '131026:70' });
	const before = await taken();
	const made = await w.campaign(undefined, await w.audience(900), { rate: 200, brake: 40 });
	expect(made).toMatchObject({ brake: 40, canary: 0 });
	const { hold } = await w.wait(made, (c) => c.hold !== null);
	expect(hold).toMatchObject({ by: 'rule', rule: 'brake', until: null });
	expect(hold!.reason).toMatch(/of \d+ messages .* failed, more than 40 in a hundred/);
	await w.sim('POST', '/_sim/faults', { 'refuse-codes': '' });
	await good(w.api.POST('/v1/campaigns/{campaign}/resume', at({ campaign: made.id })));
	const { messages } = await w.wait(made, finished);
	expect(messages.read + messages.failed).toBe(900);
	expect(messages.failed).toBeLessThan(600);
	expect((await taken()) - before).toBe(messages.read);
});

test('a canary is written to, then the campaign waits to be judged', async () => {
	const before = await taken();
	const made = await w.campaign(undefined, await w.audience(100), { canary: 10, canary_wait: 60 });
	const { hold } = await w.wait(made, (c) => c.hold !== null && c.messages.read === 10);
	expect(hold).toMatchObject({ by: 'rule', rule: 'canary' });
	expect(hold!.until! > when(3000)).toBe(true);
	const [waiting] = await w.all(`/v1/campaigns/${made.id}/recipients?filter[state]=queued`);
	expect(waiting.why).toContain(`the campaign is held until ${hold!.until}.`);
	await good(w.api.POST('/v1/campaigns/{campaign}/resume', at({ campaign: made.id })));
	expect((await w.wait(made, finished)).messages.read).toBe(100);
	expect((await taken()) - before).toBe(100);
});

/** What WhatsApp says, and takes back; each word as its webhooks bring it. */
const say = (field: string, value: object) => w.sim('POST', '/_sim/event', { waba_id: harness.WABA, field, value });
const recordSays = async (quality: string) => {
	await w.sim('POST', '/_sim/faults', { 'quality-rating': quality });
	await say('phone_number_quality_update', { display_phone_number: harness.NUMBER, event: 'ONBOARDING' });
};
const ban = (state: string) => say('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: state } });
const flag = async (status: string, event: string) => {
	await w.sim('POST', '/_sim/faults', { 'number-status': status });
	await say('phone_number_quality_update', { display_phone_number: `+${harness.NUMBER}`, event });
};

test('WhatsApp’s word for a number or its account holds the sender, and lifts it, and nothing is lost', async () => {
	const before = await taken();
	const made = await w.campaign(undefined, await w.audience(500), { rate: 80 });
	const words = [
		['quality', 'flagged', () => recordSays('RED'), () => recordSays('YELLOW')],
		['flagged', 'flagged', () => flag('FLAGGED', 'FLAGGED'), () => flag('CONNECTED', 'UNFLAGGED')],
		['restricted', 'restricted', () => ban('DISABLE'), () => ban('REINSTATE')],
	] as const;
	for (const [rule, status, hold, lift] of words) {
		await hold();
		const held = await w.wait(made, (c) => c.sender_hold !== null);
		expect(held).toMatchObject({ status: 'in_progress', hold: null, sender_hold: { by: 'rule', rule, code: null, until: null } });
		expect(held.messages.queued, rule).toBeGreaterThan(0);
		expect((await good(w.api.GET('/v1/senders'))).data[0]).toMatchObject({ status, hold: { rule } });
		const [waiting] = await w.all(`/v1/campaigns/${made.id}/recipients?filter[state]=queued`);
		expect(waiting.why).toContain(`the sender is held. ${held.sender_hold!.reason}`);
		await lift();
		await w.wait(made, (c) => c.sender_hold === null);
	}
	expect((await w.wait(made, finished)).messages.read).toBe(500);
	expect((await taken()) - before).toBe(500);
	const log = w.server.output();
	for (const line of ['sender held: WhatsApp rates its quality as low', 'WhatsApp has flagged the number', 'WhatsApp has disabled the business account'])
		expect(log).toContain(line);
});

test('what WhatsApp says of an account and stops nothing by is told to people', async () => {
	const restriction_info = [{ restriction_type: 'RESTRICTED_UTILITY_TEMPLATES', expiration: '2030-01-02T03:04:05+00:00' }];
	await say('account_update', { event: 'ACCOUNT_RESTRICTION', restriction_info });
	await ban('SCHEDULE_FOR_DISABLE');
	const told = () => w.all('/v1/activity?filter[action]=sender_warned');
	await harness.waitUntil(async () => (await told()).length === 2, 20, 'the warnings');
	const rows = await told();
	const restricted = rows.find((row) => row.text.includes('it may not send utility templates'));
	expect(restricted).toMatchObject({ actor: { type: 'whatsapp' }, resource: { type: 'sender', name: 'MyBusiness' }, detail: { date: '2030-01-02 03:04:05' } });
	expect(rows.some((row) => row.text.includes('WhatsApp is going to disable the business account'))).toBe(true);
	for (const { detail } of rows)
		expect(w.server.output()).toContain(detail.reason);
	expect((await good(w.api.GET('/v1/senders'))).data[0]!.hold).toBeNull();
});

test('a restriction ends when WhatsApp said that it would', async () => {
	const expiration = Math.ceil(Date.now() / 1000) + 4;
	const restriction_info = [{ restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration }];
	await say('account_update', { event: 'ACCOUNT_RESTRICTION', restriction_info });
	const sender = await harness.waitUntil(async () => (await good(w.api.GET('/v1/senders'))).data.find((s) => s.hold), 20, 'the restriction');
	expect(sender.hold).toMatchObject({ rule: 'restricted', until: when(expiration - Date.now() / 1000) });
	const made = await w.campaign(undefined, await w.audience(3));
	const [waiting] = await w.all(`/v1/campaigns/${made.id}/recipients`);
	if (waiting) // its audience is frozen all the same
		expect(waiting.why).toContain(`the sender is held until ${sender.hold!.until}.`);
	const done = await w.wait(made, finished);
	expect(done.start_date! <= sender.hold!.until!).toBe(true);
	expect(done.end_date! >= sender.hold!.until!).toBe(true);
});

test('a template that WhatsApp pauses holds its campaign until it is back', async () => {
	const before = await taken();
	const template = await w.template();
	const made = await w.campaign(template, await w.audience(300), { rate: 80 });
	await w.wait(made, (c) => c.messages.sent + c.messages.read > 5);
	await w.sim('POST', '/_sim/template', { id: template.meta_id, status: 'PAUSED' });
	const held = await w.wait(made, (c) => c.hold !== null);
	expect(['template', 'refused']).toContain(held.hold!.rule); // by the webhook, or by a message that came to it before
	expect(held.messages.queued).toBeGreaterThan(0);
	await w.sim('POST', '/_sim/template', { id: template.meta_id, status: 'APPROVED' });
	const done = await w.wait(made, finished, 60); // a late refusal may hold it once more, until WhatsApp is asked
	expect(done).toMatchObject({ hold: null, messages: { read: 300, failed: 0 } });
	expect((await taken()) - before).toBe(300);
});

test('while WhatsApp gives no clear answers a hold says so, and it goes on by itself', async () => {
	const before = await taken();
	await w.sim('POST', '/_sim/faults', { 'error5xx-before': 100 });
	const made = await w.campaign(undefined, await w.audience(100), { rate: 10 });
	const held = await w.wait(made, (c) => c.sender_hold !== null, 60);
	expect(held).toMatchObject({ status: 'in_progress', hold: null, sender_hold: { by: 'rule', rule: 'unreachable', until: null } });
	expect(held.sender_hold!.reason).toContain('WhatsApp gives no clear answers: ');
	expect(held.messages.unconfirmed).toBeLessThan(50); // what was on the wire when it began, and one at a time since
	const [waiting] = await w.all(`/v1/campaigns/${made.id}/recipients?filter[state]=queued`);
	expect(waiting.why).toContain(`the sender is held. ${held.sender_hold!.reason}`);
	await w.sim('POST', '/_sim/faults', { 'error5xx-before': 0 });
	const done = await w.wait(made, (c) => c.status === 'completed', 60);
	expect(done.sender_hold).toBeNull();
	expect((await taken()) - before).toBe(100 - done.messages.unconfirmed);
});

test('options of brake and canary that are wrong', async () => {
	const template = await w.template();
	const audience = await w.audience(1);
	for (const fields of [{ brake: 101 }, { canary: -2 }, { canary: 100001 }, { canary_wait: 0 }, { canary_wait: 10081 }])
		await expect(w.campaign(template, audience, fields)).rejects.toThrow(/1615/);
});
