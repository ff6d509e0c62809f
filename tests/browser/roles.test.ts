// What a key may do is what its page offers: a viewer sees all and changes nothing, a sender sends, an admin manages the rest.
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { completed, type Ids, things } from '../e2e/things.ts';
import { good, world } from '../e2e/world.ts';
import { browser, button, EN, said, type Visit } from './browser.ts';

const w = world();
const b = browser();

const ROLES = ['viewer', 'sender', 'admin'] as const;
type Role = (typeof ROLES)[number];
const may = (role: Role, needed: Role) => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** Something to press on a page, and the least role that it is offered to. */
type Act = [find: (page: Page) => Locator, needs: Role];

const press = (name: string | RegExp): Act[0] => (page) => page.locator('#main').getByRole('button', { name, exact: typeof name === 'string' }).first();
const follow = (name: string): Act[0] => (page) => page.locator('#main').getByRole('link', { name, exact: true }).first();
const ofRow = (text: string): Act[0] => press(new RegExp(`^${text.split('{{')[0]}`));
const item = (name: string): Act[0] => (page) => page.getByRole('menuitem', { name, exact: true });

const acts = (ids: Ids): Record<string, Act[]> => ({
	'#/': [[follow(EN.campaigns.new), 'sender']],
	'#/campaigns': [[follow(EN.campaigns.new), 'sender']],
	'#/campaigns/new': [[(page) => page.locator('#main').getByRole('radio').first(), 'sender']],
	[`#/campaigns/${ids.campaign}`]: [[press(EN.campaign.test), 'sender'], [press(EN.campaign.more), 'sender']],
	'#/templates': [[press(EN.templates.create), 'sender'], [press(EN.templates.sync), 'sender'], [ofRow(EN.templates.acts), 'sender']],
	'#/templates/new': [[press(EN.editor.submit), 'sender']],
	[`#/templates/${ids.template}`]: [[follow(EN.templates.use), 'sender'], [press(EN.common.save), 'sender'], [press(EN.common.delete), 'sender']],
	'#/audiences': [[press(EN.audiences.create), 'sender'], [ofRow(EN.audiences.acts), 'sender']],
	[`#/audiences/${ids.audience}`]: [[press(EN.contact.add), 'sender'], [press(EN.import.choose), 'sender'], [ofRow(EN.contact.acts), 'sender']],
	'#/senders': [[press(EN.senders.register), 'admin'], [ofRow(EN.senders.acts), 'sender']],
	'#/optouts': [[press(EN.optouts.add), 'sender'], [ofRow(EN.contact.acts), 'sender']],
	[`#/webhooks?webhook=${ids.webhook}`]: [[press(EN.webhooks.create), 'admin'], [press(EN.common.delete), 'admin']],
	'#/keys': [[press(EN.keys.create), 'admin'], [ofRow(EN.keys.acts), 'admin']],
});

async function signedIn(role: Role): Promise<Visit> {
	const { data } = await good(w.api.POST('/v1/keys', { body: { data: { name: `of a ${role}`, role } } }), 201);
	const visit = await b.open(w.server.address);
	await visit.go('');
	await visit.signIn(data.key);
	return visit;
}

/** What is offered and should not be, and what should be and is not. */
async function wrongAt(visit: Visit, place: string, offered: Act[], role: Role): Promise<string[]> {
	const wrong: string[] = [];
	await visit.go(place);
	for (const [find, needs] of offered) {
		const act = find(visit.page);
		if (may(role, needs)) await act.waitFor({ timeout: 10_000 }).catch(() => wrong.push(`${place}: not offered: ${act}`));
		else if ((await act.count()) > 0) wrong.push(`${place}: offered: ${act}`);
	}
	return wrong;
}

/** The menu of a sender, whose acts are of two roles. */
async function senderMenu({ page }: Visit, role: Role): Promise<void> {
	await page.goto(page.url().replace(/#.*/, '#/senders'));
	await ofRow(EN.senders.acts)(page).click();
	await item(EN.senders.pause)(page).waitFor();
	for (const name of [EN.senders.change, EN.common.delete]) expect(await item(name)(page).count(), name).toBe(may(role, 'admin') ? 1 : 0);
	await page.keyboard.press('Escape');
}

/** A delivery of a webhook is open to all eyes. */
async function delivery({ page }: Visit, ids: Ids, role: Role): Promise<void> {
	await page.goto(page.url().replace(/#.*/, `#/webhooks?webhook=${ids.webhook}`));
	await page.getByRole('table', { name: EN.webhooks.deliveries }).locator('tbody tr[data-index]').first().click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('region', { name: EN.webhooks.body }).waitFor();
	expect(await button(dialog, EN.webhooks.redeliver).count()).toBe(may(role, 'sender') ? 1 : 0);
	await page.keyboard.press('Escape');
}

async function isOffered(role: Role): Promise<Visit> {
	const ids = await things(w);
	const visit = await signedIn(role);
	const wrong: string[] = [];
	for (const [place, offered] of Object.entries(acts(ids))) wrong.push(...(await wrongAt(visit, place, offered, role)));
	expect(wrong).toEqual([]);
	expect(await visit.page.getByRole('link', { name: EN.nav.keys, exact: true }).count()).toBe(may(role, 'admin') ? 1 : 0);
	await delivery(visit, ids, role);
	if (may(role, 'sender')) await senderMenu(visit, role);
	return visit;
}

test('a viewer sees all and can act nowhere', async () => {
	const ids = await things(w);
	const visit = await isOffered('viewer');
	const { page } = visit;
	await visit.go('#/campaigns/new');
	await page.getByText(EN.common.not_allowed).waitFor();
	await visit.go('#/keys');
	await page.getByText(EN.keys.not_yours).waitFor();
	await visit.go(`#/templates/${ids.template}`);
	for (const name of ['name', 'body', 'footer']) expect(await page.locator(`[name=${name}]`).getAttribute('readonly'), name).not.toBeNull();
	await visit.go(`#/audiences/${ids.audience}`);
	await page.locator('.rows tbody tr[data-index]').first().click();
	expect(await page.getByRole('dialog').count()).toBe(0);
	await visit.close([/401/]);
});

test('a sender sends, and manages neither keys nor senders nor webhooks', async () => {
	const visit = await isOffered('sender');
	const { page } = visit;
	await visit.go('#/campaigns/new');
	for (const step of ['template', 'audience', 'time', 'check']) {
		const choice = page.locator('#main').getByRole('radio').first();
		if (step !== 'check') await choice.click();
		await button(page, said(EN.wizard.next, { step: EN.wizard.step[step] })).click();
	}
	await button(page, said(EN.wizard.send_to_other, { n: '2' })).click({ timeout: 30_000 });
	await page.waitForURL(/#\/campaigns\/[0-9a-f-]{36}$/);
	await w.wait({ id: page.url().split('/').at(-1)! }, completed);
	await visit.close([/401/]);
});

test('an admin is offered everything', async () => (await isOffered('admin')).close([/401/]));
