import { expect, test } from 'vitest';
import { emptyForm, newButton, newCard, newHeader, type TemplateForm } from './templateForm.ts';
import { addable, judge } from './templateLimits.ts';

const form = (change: Partial<TemplateForm> = {}): TemplateForm => ({ ...emptyForm(), name: 'n', wa_sender_code: '44', body: 'Hello.', ...change });

test("Meta's limits on texts", () => {
	const body = (text: string) => judge(form({ body: text })).body;
	expect(judge(form())).toEqual({});
	expect(body(' ')).toBe('required');
	expect(body('Hi {first_name}')).toBe('edge_placeholder');
	expect(body('{first_name}, hi')).toBe('edge_placeholder');
	expect(body('Hi {first_name}{last_name}.')).toBe('side_by_side');
	expect(body('Hi {first_name')).toBe('open_brace');
	expect(body('Hi {{{{ you.')).toBe('two_braces');
	expect(body(`${'x'.repeat(1012)}{a}.`)).toBeUndefined();
	expect(body(`${'x'.repeat(1019)}{a}.`)).toBe('long');
	const header = (text: string) => judge(form({ header: { ...emptyForm().header, kind: 'text', text } }))['header.text'];
	expect(header('{a} and {b}')).toBe('one_placeholder');
	expect(header('For {a}')).toBeUndefined();
	expect(header('x'.repeat(61))).toBe('long');
	expect(judge(form({ footer: 'Hi {a}' })).footer).toBe('no_placeholder');
});

test("Meta's limits on buttons", () => {
	const value = (type: Parameters<typeof newButton>[0], text: string) => judge(form({ buttons: [{ ...newButton(type), text: 'Go', value: text }] }))['buttons.0.value'];
	expect(value('URL', 'https://a.example/{custom1}')).toBeUndefined();
	expect(value('URL', 'https://a.example/{custom1}/x')).toBe('url');
	expect(value('URL', '{custom1}')).toBe('url');
	expect(value('URL', 'ftp://a.example')).toBe('url');
	expect(value('COPY_CODE', 'SPRING25')).toBeUndefined();
	expect(value('COPY_CODE', '{custom1|SPRING25}')).toBeUndefined();
	expect(value('COPY_CODE', 'SPRING 25')).toBe('code');
	expect(value('PHONE_NUMBER', '+44 7400 123457')).toBeUndefined();
	expect(value('PHONE_NUMBER', 'call me')).toBe('phone');
	const of = (...types: Parameters<typeof newButton>[0][]) => form({ buttons: types.map((type) => ({ ...newButton(type), text: 'Go', value: 'x' })) });
	expect(judge(of('QUICK_REPLY', 'URL', 'QUICK_REPLY')).buttons).toBe('reply_together');
	expect(judge(of('URL', 'QUICK_REPLY', 'QUICK_REPLY')).buttons).toBeUndefined();
	expect(addable(of('URL', 'URL', 'PHONE_NUMBER').buttons, 'plain')).toEqual(['QUICK_REPLY', 'COPY_CODE']);
});

test("Meta's limits on a place", () => {
	const place = (part: object) => judge(form({ header: { ...newHeader('location'), latitude: '51.5', longitude: '-0.1', ...part } }));
	expect(place({})).toEqual({});
	expect(place({ latitude: '{lat}', longitude: '{lon|0}', name: 'Shop of {first_name}' })).toEqual({});
	expect(place({ latitude: '91', longitude: '-181', address: 'High St {' })).toEqual({ 'header.latitude': 'latitude', 'header.longitude': 'longitude', 'header.address': 'open_brace' });
	expect(place({ latitude: '51,5', longitude: '' })).toEqual({ 'header.latitude': 'latitude', 'header.longitude': 'required' });
});

test("Meta's limits on an offer", () => {
	const offer = (part: Partial<TemplateForm['offer']>, more: Partial<TemplateForm> = {}) => judge(form({ shape: 'offer', offer: { text: 'Ends soon!', ends: 'never', until: '', ...part }, ...more }));
	expect(offer({})).toEqual({});
	expect(offer({ text: 'x'.repeat(17) })).toEqual({ 'offer.text': 'long' });
	expect(offer({ text: '{a}' })).toEqual({ 'offer.text': 'no_placeholder' });
	expect(offer({ text: ' ', ends: 'at' })).toEqual({ 'offer.text': 'required', 'offer.until': 'required' });
	expect(offer({ ends: 'field', until: '{custom2}' })).toEqual({});
	expect(offer({ ends: 'field', until: 'at {custom2}' })).toEqual({ 'offer.until': 'time' });
	expect(offer({}, { body: 'x'.repeat(601) })).toEqual({ body: 'long' });
	expect(addable([newButton('URL')], 'offer')).toEqual(['COPY_CODE']);
});

test("Meta's limits on cards", () => {
	const one = () => ({ ...newCard('image', ['URL']), header: { ...newHeader('image'), url: 'https://a.example/1' }, buttons: [{ ...newButton('URL'), text: 'Go', value: 'https://a.example' }] });
	const cards = (...parts: object[]) => judge(form({ shape: 'carousel', cards: parts.map((part) => ({ ...one(), ...part })) }));
	expect(cards({}, {})).toEqual({});
	expect(cards({ body: 'One.' }, {})).toEqual({ 'cards.1.body': 'all_or_none' });
	expect(cards({ body: 'x'.repeat(161) }, { body: 'Hi {first_name}' })).toEqual({ 'cards.0.body': 'long', 'cards.1.body': 'edge_placeholder' });
	expect(cards({}, { header: newHeader('image'), buttons: [] })).toEqual({ 'cards.1.header.url': 'required', 'cards.1.buttons': 'card_button' });
	expect(addable([newButton('URL')], 'carousel')).toEqual(['QUICK_REPLY', 'URL', 'PHONE_NUMBER']);
	expect(addable([newButton('URL'), newButton('URL')], 'carousel')).toEqual([]);
});
