import { useQueryClient } from '@tanstack/react-query';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { Route } from 'wouter';
import { listOf, refusal, type Says, serve, show } from '../test/page.tsx';
import TemplateEditor from './TemplateEditor.tsx';

const sender = { id: 's1', name: 'Shop', code: '448081570123', waba_id: 'w1' };
const template = {
	id: 't1', name: 'sale', text: 'Hi {first_name|friend}, come in.', type: 'text', status: 'COMPLETED', meta_status: 'APPROVED', meta_name: 'sale_1', wa_category: 'MARKETING', wa_sender_code: sender.code,
	language: 'en', quality: 'GREEN', components: null, button_type: null, reason: null, correct_category: null, previous_category: null, update_date: '2026-11-01 00:00:00',
};
const contact = { id: 'c1', number: '447400123457', first_name: 'Olivia', last_name: '', custom1: '', custom2: '', timestamp: '', date: '', fields: { city: 'Bath' } };
const says = (more: Says = {}): Says => ({
	'GET /v1/senders': listOf(sender),
	'GET /v1/audiences': listOf({ id: 'a1', name: 'Cards', contacts_count: 1 }),
	'GET /v1/audiences/a1/contacts': listOf(contact),
	'GET /v1/templates/t1': { data: template },
	...more,
});
const field = <T extends HTMLElement = HTMLInputElement>(name: string) => waitFor(() => document.querySelector<T>(`[name="${name}"]`) ?? expect.fail(`no field ${name}`));
const body = () => field<HTMLTextAreaElement>('body');
const type = (into: HTMLElement, value: string) => fireEvent.change(into, { target: { value } });
const press = async (name: string | RegExp) => fireEvent.click(await screen.findByText(name));

test('a template is written with a field of the contacts, shown as one reads it, and submitted', async () => {
	const asked = serve(says({ 'POST /v1/templates': { data: template } }));
	await show(<TemplateEditor />, '/templates/new');
	type(await field('name'), 'sale');
	type(await body(), 'You of , come in.');
	(await body()).setSelectionRange(7, 7);
	fireEvent.click(screen.getByLabelText(/into: Text$/));
	type((await screen.findAllByLabelText('Field of the contact'))[0]!, 'city');
	type(screen.getByLabelText('When it is empty'), 'the town');
	await press('Insert');
	expect((await body()).value).toBe('You of {city|the town}, come in.');
	expect(await screen.findByText('You of Bath, come in.')).toBeTruthy();
	await press('Submit to WhatsApp');
	await waitFor(() => expect(location.hash).toBe('#/templates/t1'));
	expect(asked.find(({ call }) => call === 'POST /v1/templates')!.body).toEqual({
		data: { name: 'sale', channel: 'whatsapp', wa_sender_code: sender.code, wa_category: 'MARKETING', language: 'en_US', components: [{ type: 'BODY', text: 'You of {city|the town}, come in.' }] },
	});
});

test('what is missing is told at its field, which gets the focus, and nothing is sent', async () => {
	const asked = serve(says());
	await show(<TemplateEditor />, '/templates/new');
	await press('Submit to WhatsApp');
	const name = await field('name');
	expect(name.getAttribute('aria-invalid')).toBe('true');
	expect(document.activeElement).toBe(name);
	expect(asked.some(({ call }) => call.startsWith('POST'))).toBe(false);
});

test('a change sends what changed, and a refusal stands at its field', async () => {
	const asked = serve(says({ 'PUT /v1/templates/t1': () => refusal(400, 'data.components[0].text', 'WhatsApp does not like it.') }));
	await show(<TemplateEditor id="t1" />, '/templates/t1');
	const text = await body();
	expect(screen.getByText('Save').closest('button')!.disabled).toBe(true);
	type(text, `${template.text} Now.`);
	await press('Save');
	expect(await screen.findByText('WhatsApp does not like it.')).toBeTruthy();
	expect(text.getAttribute('aria-invalid')).toBe('true');
	expect(asked.find(({ call }) => call.startsWith('PUT'))!.body).toEqual({ data: { components: [{ type: 'BODY', text: 'Hi {first_name|friend}, come in. Now.' }] } });
});

test('under review the text stays as it is; a viewer changes nothing', async () => {
	serve(says({ 'GET /v1/templates/t1': { data: { ...template, status: 'IN_PROCESS' } } }));
	const { unmount } = await show(<TemplateEditor id="t1" />, '/templates/t1');
	expect((await body()).readOnly).toBe(true);
	expect((await field('name')).readOnly).toBe(false);
	unmount();
	serve(says({ 'GET /v1/sessions/self': { data: { role: 'viewer' } } }));
	await show(<TemplateEditor id="t1" />, '/templates/t1');
	expect((await body()).readOnly).toBe(true);
	expect(screen.queryByText('Save')).toBeNull();
	expect(screen.queryByText('Delete')).toBeNull();
});

test('a viewer is not offered to write one', async () => {
	serve(says({ 'GET /v1/sessions/self': { data: { role: 'viewer' } } }));
	await show(<TemplateEditor />, '/templates/new');
	expect(await screen.findByText('Your key cannot do this')).toBeTruthy();
	expect(document.querySelector('form')).toBeNull();
});

test('what is typed outlives an answer that does not come', async () => {
	let isAway = false;
	serve(says({ 'GET /v1/templates/t1': () => (isAway ? refusal(503, '', 'Too busy.') : { data: template }) }));
	const Ask = () => {
		const cache = useQueryClient();
		const [isDone, setDone] = useState(false);
		return <button onClick={() => void cache.invalidateQueries({ queryKey: ['template'] }).then(() => setDone(true))}>{isDone ? 'Asked' : 'Ask'}</button>;
	};
	await show(<><Ask /><TemplateEditor id="t1" /></>, '/templates/t1');
	type(await body(), 'Half a sentence');
	isAway = true;
	await press('Ask');
	await screen.findByText('Asked');
	expect((await body()).value).toBe('Half a sentence');
});

test('of a template that is not there the page says so', async () => {
	serve(says({ 'GET /v1/templates/t1': () => refusal(404, '', 'Unknown.') }));
	await show(<TemplateEditor id="t1" />, '/templates/t1');
	expect(await screen.findByText('There is no such page')).toBeTruthy();
});

test('on the page of a template that is deleted nothing is asked about it any more', async () => {
	const asked = serve(says({ 'DELETE /v1/templates/t1': () => new Response(null, { status: 204 }) }));
	await show(<Route path="/templates/t1"><TemplateEditor id="t1" /></Route>, '/templates/t1');
	await press('Delete');
	await press('Delete the template');
	await waitFor(() => expect(location.hash).toBe('#/templates'));
	expect(asked.at(-1)!.call).toBe('DELETE /v1/templates/t1');
});

test('a carousel is written card by card, alike in what must be alike', async () => {
	const asked = serve(says({ 'POST /v1/templates': { data: template } }));
	await show(<TemplateEditor />, '/templates/new');
	type(await field('name'), 'cards');
	type(await body(), 'Look at these.');
	fireEvent.click(screen.getByRole('radio', { name: 'Carousel' }));
	expect(document.querySelector('[name=footer]')).toBeNull();
	await press('Add a button');
	await press('Quick reply');
	expect(screen.queryByText('Add a button')).toBeNull(); // two are all
	for (const at of [0, 1]) {
		type(await field(`cards.${at}.header.url`), `https://a.example/${at}.png`);
		type(await field(`cards.${at}.buttons.0.text`), 'Open');
		type(await field(`cards.${at}.buttons.0.value`), 'https://a.example/{custom1}');
		type(await field(`cards.${at}.buttons.1.text`), 'Yes');
	}
	type(await field('cards.0.body'), 'One.');
	await press('Submit to WhatsApp');
	expect(document.activeElement).toBe(await field('cards.1.body')); // all or none
	type(await field('cards.1.body'), 'Two.');
	await press('Submit to WhatsApp');
	await waitFor(() => expect(location.hash).toBe('#/templates/t1'));
	const card = (at: number, text: string) => ({
		components: [
			{ type: 'HEADER', format: 'IMAGE', url: `https://a.example/${at}.png` },
			{ type: 'BODY', text },
			{ type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Open', url: 'https://a.example/{custom1}' }, { type: 'QUICK_REPLY', text: 'Yes' }] },
		],
	});
	expect(asked.find(({ call }) => call === 'POST /v1/templates')!.body).toMatchObject({
		data: { components: [{ type: 'BODY', text: 'Look at these.' }, { type: 'CAROUSEL', cards: [card(0, 'One.'), card(1, 'Two.')] }] },
	});
});

test('an offer and its end; the code comes before the address', async () => {
	const asked = serve(says({ 'POST /v1/templates': { data: template } }));
	await show(<TemplateEditor />, '/templates/new');
	type(await field('name'), 'offer');
	type(await body(), 'Hurry, come in.');
	fireEvent.click(screen.getByRole('radio', { name: 'Limited-time offer' }));
	expect(screen.queryByRole('radio', { name: 'Document' })).toBeNull();
	type(await field('offer.text'), 'Ends soon, very soon');
	expect(await screen.findByText('This is too long.')).toBeTruthy(); // as one types
	type(await field('offer.text'), 'Ends soon!');
	fireEvent.click(screen.getByRole('radio', { name: 'At the same time for all' }));
	type(await field('offer.until'), '2026-12-24T18:00');
	for (const [kind, value] of [['Open an address', 'https://a.example'], ['Copy a code', 'SPRING25']] as const) {
		await press('Add a button');
		await press(kind);
		type(await field(`buttons.0.value`), value);
		if (kind === 'Open an address') type(await field('buttons.0.text'), 'Open');
	}
	await press('Submit to WhatsApp');
	await waitFor(() => expect(location.hash).toBe('#/templates/t1'));
	const utc = new Date('2026-12-24T18:00').toISOString().slice(0, 19).replace('T', ' ');
	expect(asked.find(({ call }) => call === 'POST /v1/templates')!.body).toMatchObject({
		data: {
			components: [
				{ type: 'BODY' },
				{ type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Ends soon!', has_expiration: true, expires_at: utc } },
				{ type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', coupon_code: 'SPRING25' }, { type: 'URL', text: 'Open', url: 'https://a.example' }] },
			],
		},
	});
});
