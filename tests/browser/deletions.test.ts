// What cannot be undone is asked about once, in words that name what is lost; who keeps it loses nothing.
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { KEY, NUMBER } from '../e2e/harness.ts';
import { things } from '../e2e/things.ts';
import { at, good, world } from '../e2e/world.ts';
import { browser, button, EN, said, type Visit } from './browser.ts';

const w = world();
const b = browser();

const item = (page: Page, name: string) => page.getByRole('menuitem', { name, exact: true });
const menu = (name: string) => async (page: Page, choice: string) => {
	await button(page, name).click();
	await item(page, choice).click();
};
const heading = (dialog: Locator) => dialog.getByRole('heading').textContent();
const plain = (text: string | null) => (text ?? '').replace(/[\u2066-\u2069]/g, '');

interface Loss {
	ask: (page: Page) => Promise<void>; // by clicks, until it is asked about
	title: string;
	names: (string | RegExp)[]; // what is lost, in the question or under it
	deed: string; // the word on the button
	is: () => Promise<boolean>; // is it done?
}

/** Is it in the list no more? */
const isGone = (list: string, id: string | undefined) => async () => (await w.all(list)).every((one) => one.id !== id);

/** Kept the first time, done the second. */
async function lose({ page }: Visit, { ask, title, names, deed, is }: Loss): Promise<void> {
	for (const answer of [EN.common.keep, deed]) {
		await ask(page);
		const dialog = page.getByRole('dialog');
		await dialog.waitFor();
		expect(plain(await heading(dialog))).toBe(title);
		for (const name of names) expect(plain(await dialog.textContent())).toMatch(name);
		await button(dialog, answer).click();
		await dialog.waitFor({ state: 'detached' });
		if (answer === EN.common.keep) expect(await is()).toBe(false);
	}
	await expect.poll(is, { timeout: 20_000 }).toBe(true);
}

/** A campaign whose messages wait, since its sender is paused. */
async function waiting(sender: string) {
	await good(w.api.POST('/v1/senders/{sender}/pause', at({ sender })));
	const campaign = await w.campaign();
	return w.wait(campaign, ({ messages }) => messages.queued === 3);
}

async function signedIn(): Promise<Visit> {
	const visit = await b.open(w.server.address);
	await visit.go('');
	await visit.signIn(KEY);
	return visit;
}

test('campaigns: what waits, and what is known', async () => {
	const ids = await things(w);
	const campaign = await waiting(ids.sender!);
	const visit = await signedIn();
	await visit.go(`#/campaigns/${campaign.id}`);
	const ask = (choice: string) => (page: Page) => menu(EN.campaign.more)(page, choice);
	await lose(visit, {
		ask: ask(EN.campaign.cancel),
		title: said(EN.campaign.cancel_title, { name: campaign.name }),
		names: [said(EN.campaign.cancel_loses_other, { n: '3' })],
		deed: EN.campaign.cancel,
		is: async () => (await w.read(campaign)).status === 'canceled',
	});
	await visit.page.getByText(EN.standing.canceled, { exact: true }).first().waitFor();
	await lose(visit, {
		ask: ask(EN.campaign.delete),
		title: said(EN.campaign.delete_title, { name: campaign.name }),
		names: [said(EN.campaign.delete_loses_other, { n: '3' })],
		deed: EN.campaign.delete,
		is: isGone('/v1/campaigns', campaign.id),
	});
	await visit.page.waitForURL(/#\/campaigns$/);
	await visit.close([/401/]);
});

test('an import: the lines that are not read yet', async () => {
	const { audience } = await things(w);
	// Imports go one after the other: behind this one, another waits until somebody stops it.
	const before = await w.upload(await w.audience(0), `number\n${'447400123456\n'.repeat(2_000_000)}`);
	const { id } = await w.upload({ id: audience! }, 'number\n447400123457\n');
	const visit = await signedIn();
	await visit.go(`#/audiences/${audience}?import=${id}`);
	await lose(visit, {
		ask: (page) => button(page, EN.import.stop).click(),
		title: EN.import.stop_title,
		names: [EN.import.stop_loses],
		deed: EN.import.stop,
		is: async () => (await w.get(`/v1/imports/${id}`)).data.status === 'canceled',
	});
	await visit.page.getByRole('region', { name: EN.import.title, exact: true }).getByText(EN.import.status.canceled, { exact: true }).waitFor();
	await good(w.api.DELETE('/v1/imports/{import}', at({ import: before.id })), 204);
	await visit.close([/401/]);
});

test('all else that a list has', async () => {
	const ids = await things(w);
	const { data: template } = await good(w.api.GET('/v1/templates/{template}', at({ template: ids.template! })));
	const { data: audience } = await good(w.api.GET('/v1/audiences/{audience}', at({ audience: ids.audience! })));
	const [contact] = await w.all(`/v1/audiences/${audience.id}/contacts`);
	const { data: optout } = await good(w.api.GET('/v1/optouts/{optout}', at({ optout: ids.optout! })));
	const webhook = (await w.all('/v1/webhooks')).find(({ id }) => id === ids.webhook);
	const visit = await signedIn();
	const row = (acts: string, choice: string) => (page: Page) => menu(acts)(page, choice);
	const losses: [place: string, loss: Loss][] = [
		[
			`#/audiences/${audience.id}`,
			{
				ask: row(`Actions for \u2066+${contact.number}\u2069`, EN.common.delete),
				title: said(EN.contact.delete_title, { number: `+${contact.number}` }),
				names: [EN.contact.delete_loses],
				deed: EN.contact.delete,
				is: isGone(`/v1/audiences/${audience.id}/contacts`, contact.id),
			},
		],
		[
			'#/audiences',
			{
				ask: row(said(EN.audiences.acts, { name: audience.name }), EN.common.delete),
				title: said(EN.audiences.delete_title, { name: audience.name }),
				names: [/its (only contact|\d+ contacts)/],
				deed: EN.audiences.delete,
				is: isGone('/v1/audiences', audience.id),
			},
		],
		[
			'#/templates',
			{
				ask: row(said(EN.templates.acts, { name: template.name }), EN.common.delete),
				title: said(EN.templates.delete_title, { name: template.name }),
				names: [EN.templates.delete_loses],
				deed: EN.templates.delete,
				is: isGone('/v1/templates', template.id),
			},
		],
		[
			'#/optouts',
			{
				ask: row(`Actions for \u2066+${optout.number}\u2069`, EN.optouts.remove),
				title: said(EN.optouts.remove_title, { number: `+${optout.number}` }),
				names: [EN.optouts.remove_loses],
				deed: EN.optouts.remove,
				is: isGone('/v1/optouts', optout.id),
			},
		],
		[
			'#/webhooks',
			{
				ask: (page) => button(page, EN.common.delete).click(),
				title: EN.webhooks.delete_title,
				names: [webhook.url, /events? that waits?/],
				deed: EN.webhooks.delete,
				is: isGone('/v1/webhooks', webhook.id),
			},
		],
		[
			'#/keys',
			{
				ask: row(said(EN.keys.acts, { name: 'a viewer' }), EN.common.delete),
				title: said(EN.keys.delete_title, { name: 'a viewer' }),
				names: [EN.keys.delete_loses],
				deed: EN.keys.delete,
				is: isGone('/v1/keys', ids.key),
			},
		],
		[
			'#/senders',
			{
				ask: row(said(EN.senders.acts, { name: 'MyBusiness' }), EN.common.delete),
				title: said(EN.senders.delete_title, { name: 'MyBusiness' }),
				names: [`+${NUMBER}`],
				deed: EN.senders.delete,
				is: isGone('/v1/senders', ids.sender),
			},
		],
	];
	for (const [place, loss] of losses) {
		await visit.go(place);
		await lose(visit, loss);
	}
	await visit.close([/401/]);
});
