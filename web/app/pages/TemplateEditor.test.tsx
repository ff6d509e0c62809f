import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
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
