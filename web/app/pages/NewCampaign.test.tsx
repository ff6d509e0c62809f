import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { listOf, refusal, type Says, serve, show } from '../test/page.tsx';
import NewCampaign from './NewCampaign.tsx';

const sender = { id: 's1', name: 'Shop', code: '448081570123', waba_id: 'w1', status: 'available', quality: 'GREEN', throughput: { limit: 80, now: 0 }, messaging_limit: { left_24h: 900 }, hold: null };
const template = { id: 't1', name: 'sale', text: 'Hi {first_name|friend}, come in.', type: 'text', status: 'COMPLETED', wa_category: 'MARKETING', wa_sender_code: sender.code, language: 'en', quality: 'GREEN', components: null, button_type: null };
const elsewhere = { ...template, id: 't2', name: 'of another account', wa_sender_code: '1' };
const other = { ...sender, id: 's2', name: 'Other', code: '1', waba_id: 'w2' };
const audience = { id: 'a1', name: 'Cards', contacts_count: 3, update_date: '2026-11-01 00:00:00' };
const contact = { id: 'c1', number: '447400123457', first_name: 'Olivia', last_name: '', custom1: '', custom2: '', timestamp: '', date: '', fields: {} };
const preflight = {
	audience: 3, recipients: 2, problems: [{ severity: 'warning', problem: 'opted_out', message: 'One asked not to be written to.' }],
	removed: [{ rule: 'opted_out', count: 1, meaning: 'They opted out.', numbers: ['447400000001'] }],
	placeholders: [], countries: [{ country: 'GB', recipients: 2, share: 1 }],
	estimate: { rate: 80, minutes: 1, days: 1, tier: null, limit_24h: 1000, sent_24h: 100, left_24h: 900, end: '2026-11-01 00:01:00' }, samples: [],
};
const campaign = { id: 'k1', name: 'Campaign', status: 'in_progress' };

const says = (more: Says = {}): Says => ({
	'GET /v1/senders': listOf(other, sender),
	'GET /v1/templates': listOf(template, elsewhere),
	'GET /v1/templates/t1': { data: template },
	'GET /v1/audiences': listOf(audience),
	'GET /v1/audiences/a1': { data: audience },
	'GET /v1/audiences/a1/contacts': listOf(contact),
	'POST /v1/campaigns/preflight': { data: preflight },
	'POST /v1/campaigns': { data: campaign },
	...more,
});

const chosen = { from: 'Shop', template: 't1', audience: 'a1' };
const keep = (draft: object) => sessionStorage.setItem('crier.draft', JSON.stringify(draft));
beforeEach(() => sessionStorage.clear());

test('from nothing to a campaign, step by step', async () => {
	const asked = serve(says());
	const user = userEvent.setup();
	await show(<NewCampaign />, '/campaigns/new');
	await user.click(await screen.findByRole('radio', { name: /Shop/ }));
	await user.click(screen.getByRole('button', { name: 'Next: Template' }));
	await user.click(await screen.findByRole('radio', { name: /sale/ }));
	expect(screen.queryByText('of another account')).toBeNull();
	await user.click(screen.getByRole('button', { name: 'Next: Audience' }));
	await user.click(await screen.findByRole('radio', { name: /Cards/ }));
	expect(await screen.findByText('Hi Olivia, come in.')).toBeTruthy();
	await user.click(screen.getByRole('button', { name: 'Next: Time' }));
	await user.click(await screen.findByRole('button', { name: 'Next: Check and send' }));
	expect(await screen.findByText('One asked not to be written to.')).toBeTruthy();
	expect(screen.getByText('They opted out.')).toBeTruthy();
	await user.click(screen.getByRole('button', { name: 'Send to 2 people' }));
	await waitFor(() => expect(location.hash).toBe('#/campaigns/k1'));
	expect(asked.find(({ call }) => call === 'POST /v1/campaigns')!.body).toEqual({ data: { channel: 'whatsapp', ...chosen } });
	expect(sessionStorage.getItem('crier.draft')).toBeNull();
});

test('a double click sends one request, and one sent again has the same key', async () => {
	keep(chosen);
	let isLost = true;
	const asked = serve(says({ 'POST /v1/campaigns': () => (isLost ? Promise.reject(new Error('lost')) : { data: campaign }) }));
	await show(<NewCampaign />, '/campaigns/new?step=check');
	const button = await screen.findByRole('button', { name: 'Send to 2 people' });
	const sent = () => asked.filter(({ call }) => call === 'POST /v1/campaigns');
	fireEvent.click(button);
	fireEvent.click(button);
	expect(await screen.findByText('The server cannot be reached')).toBeTruthy();
	expect(sent()).toHaveLength(1);
	isLost = false;
	fireEvent.click(button);
	await waitFor(() => expect(location.hash).toBe('#/campaigns/k1'));
	const [first, again] = sent().map(({ headers }) => headers.get('Idempotency-Key'));
	expect(first).toMatch(/^[0-9a-f]{32}$/);
	expect(again).toBe(first);
});

test('what the server refuses leads to the step that mends it, where it stands at its field', async () => {
	keep({ ...chosen, name: 'May' });
	serve(says({ 'POST /v1/campaigns': () => refusal(409, 'data.name', 'There is a campaign of this name.') }));
	await show(<NewCampaign />, '/campaigns/new?step=check');
	fireEvent.click(await screen.findByRole('button', { name: 'Send to 2 people' }));
	fireEvent.click(await screen.findByRole('button', { name: 'Go to: Time' }));
	const name = await screen.findByLabelText('Name of the campaign');
	expect(name.getAttribute('aria-invalid')).toBe('true');
	expect(screen.getByText('There is a campaign of this name.')).toBeTruthy();
});

test('what would not go cannot be started, and says what is to be mended', async () => {
	keep(chosen);
	const held = { severity: 'error', problem: 'sender_held', message: 'The sender is held. Resume it to go on.' };
	let problems = [held, ...preflight.problems];
	const asked = serve(says({ 'POST /v1/campaigns/preflight': () => ({ data: { ...preflight, problems } }) }));
	await show(<NewCampaign />, '/campaigns/new?step=check');
	const button = await screen.findByRole<HTMLButtonElement>('button', { name: 'Send to 2 people' });
	expect(button.disabled).toBe(true);
	expect(document.getElementById(button.getAttribute('aria-describedby')!)!.textContent).toMatch(/what is to be mended/);
	expect(screen.getByRole('link', { name: 'Go to senders' }).getAttribute('href')).toBe('#/senders');
	fireEvent.click(button);
	problems = preflight.problems; // a warning
	fireEvent.click(screen.getByRole('button', { name: 'Check again' }));
	await waitFor(() => expect(button.disabled).toBe(false));
	expect(asked.some(({ call }) => call === 'POST /v1/campaigns')).toBe(false);
	fireEvent.click(button);
	await waitFor(() => expect(location.hash).toBe('#/campaigns/k1'));
});

test('with another account’s sender the template is chosen anew', async () => {
	keep(chosen);
	serve(says());
	await show(<NewCampaign />, '/campaigns/new');
	fireEvent.click(await screen.findByRole('radio', { name: /Other/ }));
	await waitFor(() => expect(JSON.parse(sessionStorage.getItem('crier.draft')!)).toMatchObject({ from: 'Other', template: '' }));
});

test('a viewer is told why there is nothing to do here', async () => {
	serve(says({ 'GET /v1/sessions/self': { data: { role: 'viewer' } } }));
	await show(<NewCampaign />, '/campaigns/new');
	expect(await screen.findByText('Your key cannot do this')).toBeTruthy();
	expect(screen.queryByRole('radio')).toBeNull();
});
