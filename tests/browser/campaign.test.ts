// A whole campaign by clicks only, from an empty database: sign in, register a number, have a template approved, take 10,000
// contacts in, send, pause, go on, and learn why somebody got nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { contactsCsv, KEY, NUMBER, SECRET, TOKEN, WABA } from '../e2e/harness.ts';
import { world } from '../e2e/world.ts';
import { browser, button, EN, said, type Visit } from './browser.ts';

const PEOPLE = 10_000;
const w = world({ simulator: ['--throughput-level', 'HIGH', '--ceiling', '1000', '--refuse-codes', '131026:1'] });
const b = browser();

/** A field by its label; Mantine puts a star behind that of a required one. */
const field = (within: Page | Locator, label: string) => within.getByRole('textbox', { name: new RegExp(`^${label}( \\*)?$`) });
const digits = (text: string | null) => Number((text ?? '').replace(/\D/g, ''));

async function registerSender({ page }: Visit) {
	await page.getByRole('link', { name: EN.nav.senders }).click();
	await button(page, EN.senders.register).first().click();
	const form = page.getByRole('dialog');
	const fields = { name: 'MyBusiness', code: `+${NUMBER}`, phone_number_id: NUMBER, waba_id: WABA, access_token: TOKEN, app_secret: SECRET };
	for (const [name, value] of Object.entries(fields)) await form.getByLabel(new RegExp(`^${EN.senders.fields[name]}( \\*)?$`)).fill(value); // a secret has no role
	await button(page, EN.senders.register).last().click();
	await page.getByText('MyBusiness', { exact: true }).first().waitFor();
	await form.waitFor({ state: 'detached' });
}

async function submitTemplate({ page }: Visit) {
	await page.getByRole('link', { name: EN.nav.templates }).click();
	await page.getByRole('link', { name: EN.templates.create }).or(button(page, EN.templates.create)).first().click();
	await field(page, EN.editor.name).fill('Flash sale');
	await field(page, EN.editor.body).fill('Hi {first_name|friend}, your *{custom1}* is ready <b>today</b>.');
	await expect.poll(() => page.getByRole('figure').first().textContent()).toContain('<b>today</b>');
	await button(page, EN.editor.submit).click();
	// The verdict comes by itself.
	await page.getByRole('link', { name: EN.nav.templates }).click();
	await page.locator('.rows').getByText(EN.templates.status.COMPLETED, { exact: true }).waitFor({ timeout: 30_000 });
}

async function importAudience({ page }: Visit) {
	await page.getByRole('link', { name: EN.nav.audiences }).click();
	await button(page, EN.audiences.create).first().click();
	const form = page.getByRole('dialog');
	await form.getByRole('textbox').first().fill('Loyalty cards');
	await form.getByRole('button', { name: EN.common.create }).or(form.getByRole('button', { name: EN.audiences.create })).click();
	await page.getByRole('heading', { level: 1, name: 'Loyalty cards' }).waitFor();
	const file = `${w.folder}/people.csv`;
	writeFileSync(file, `${contactsCsv(PEOPLE)}123,too short,x\n`);
	await page.locator('input[type=file]').setInputFiles(file);
	await button(page, EN.import.start).click();
	await page.getByText(said(EN.import.rejected_one, { n: '1' })).waitFor({ timeout: 60_000 });
	await expect.poll(() => page.getByRole('main').textContent(), { timeout: 30_000 }).toContain('10,000');
}

async function startCampaign({ page }: Visit) {
	await page.getByRole('link', { name: EN.nav.campaigns }).click();
	await page.getByRole('link', { name: EN.nav.campaigns }).waitFor();
	await page.getByRole('link', { name: EN.wizard.title }).or(button(page, EN.wizard.title)).first().click();
	await page.getByRole('radio').first().click();
	await button(page, said(EN.wizard.next, { step: EN.wizard.step.template })).click();
	await page.getByRole('radio').first().click();
	await button(page, said(EN.wizard.next, { step: EN.wizard.step.audience })).click();
	await page.getByRole('radio').first().click();
	await expect.poll(() => page.getByRole('figure').first().textContent()).toMatch(/Hi P\d+, your order \d+ is ready/);
	await button(page, said(EN.wizard.next, { step: EN.wizard.step.time })).click();
	await field(page, EN.wizard.name).fill('January flash sale');
	await button(page, said(EN.wizard.next, { step: EN.wizard.step.check })).click();
	await button(page, said(EN.wizard.send_to_other, { n: '10,000' })).click({ timeout: 30_000 });
	await page.getByRole('heading', { level: 1, name: 'January flash sale' }).waitFor();
}

/** A figure of the funnel, as it stands in the page. */
const figure = (page: Page, key: string) => page.getByRole('link', { name: new RegExp(`^${said(EN.funnel.people, { what: EN.funnel[key] }).split('{{n}}')[0]}`) }).first();

test('from an empty database to the reasons of the recipients', async () => {
	const visit = await b.open(w.server.address);
	const { page } = visit;
	await visit.go('');
	await visit.signIn(KEY);
	await registerSender(visit);
	await submitTemplate(visit);
	await importAudience(visit);
	await startCampaign(visit);

	// Live: the bar grows without anything being asked for.
	const bar = page.locator('.bar').first();
	await expect.poll(async () => digits(((await bar.getAttribute('aria-label')) ?? '').match(/Read ([\d,]+)/)?.[1] ?? ''), { timeout: 60_000 }).toBeGreaterThan(500);
	await button(page, EN.campaign.pause).click();
	await button(page, EN.campaign.resume).first().waitFor();
	await visit.picture('campaign-paused');
	// Held: what was on the way comes in, and then nothing moves.
	const campaign = (await w.get('/v1/campaigns')).data[0];
	await w.wait(campaign, ({ messages: m }) => m.sent === 0 && m.delivered === m.read);
	const taken = (await w.sim('GET', '/_sim/ledger')).taken;
	expect(taken).toBeLessThan(PEOPLE);
	await button(page, EN.campaign.resume).first().click();
	await page.getByText(EN.campaigns.statuses.completed, { exact: true }).first().waitFor({ timeout: 120_000 });
	await expect.poll(async () => digits(await figure(page, 'audience').textContent()), { timeout: 30_000 }).toBe(PEOPLE);

	// The people behind a figure, and the sentence that says why.
	const ledger = await w.sim('GET', '/_sim/ledger');
	expect(ledger.doubles).toBe(0);
	await expect.poll(async () => digits(await figure(page, 'failed').textContent()), { timeout: 30_000 }).toBe(PEOPLE - ledger.taken);
	await figure(page, 'failed').click();
	await page.getByText(/not on WhatsApp/).first().waitFor();
	await visit.picture('recipients-failed');

	// The same people as a file, which the browser saves as it comes.
	const saving = page.waitForEvent('download');
	await page.getByRole('link', { name: EN.recipients.export }).click();
	const file = await saving;
	expect(file.suggestedFilename()).toBe('January flash sale.csv');
	expect(readFileSync(await file.path(), 'utf8').trimEnd().split('\r\n')).toHaveLength(1 + PEOPLE - ledger.taken);

	// Those of a country, and the campaign by the second: it was over within a few minutes.
	await page.getByRole('tab', { name: EN.campaign.figures }).click();
	await page.getByRole('radio', { name: EN.timeline.second, checked: true }).waitFor({ state: 'attached' }); // it is hidden under its label
	await visit.picture('campaign-by-second');
	await page.getByRole('link', { name: new RegExp(said(EN.countries.show, { country: 'United Kingdom', what: EN.countries.people, n: '.*' })) }).click();
	await expect.poll(() => page.url()).toContain('country=GB');
	await page.locator('.rows tbody tr[data-index="0"]').waitFor();
	await visit.picture('recipients-of-country');
	await visit.close([/401/]);
});
