import { expect, test } from 'vitest';
import type { Template } from './template.ts';
import { addable, emptyForm, formComponents, formField, formOf, judge, newButton, type TemplateForm } from './templateForm.ts';

const components = [
	{ type: 'HEADER', format: 'TEXT', text: 'For {first_name|you}', example: { header_text: ['Ann'] } },
	{ type: 'BODY', text: 'Hi {first_name}, look.', example: { body_text: [['Ann']] } },
	{ type: 'FOOTER', text: 'Shop' },
	{ type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes', payload: 'yes' }, { type: 'URL', text: 'Open', url: 'https://a.example/{custom1}', example: ['x'] }, { type: 'COPY_CODE', example: 'SPRING25' }] },
];
const template = { name: 'n', wa_sender_code: '44', wa_category: 'MARKETING', language: 'en', components } as unknown as Template;
const form = (change: Partial<TemplateForm> = {}): TemplateForm => ({ ...emptyForm(), name: 'n', wa_sender_code: '44', body: 'Hello.', ...change });

test('a template survives the editor', () => {
	const back = formComponents(formOf(template)!);
	expect(back.slice(0, 3)).toEqual(components.slice(0, 3));
	expect(back[3]!.buttons!.slice(0, 2)).toEqual(components[3]!.buttons!.slice(0, 2));
	expect(back[3]!.buttons![2]).toEqual({ type: 'COPY_CODE', coupon_code: 'SPRING25', example: 'SPRING25' });
});

test('samples go with the words that they were of', () => {
	expect(formComponents({ ...formOf(template)!, body: 'Hi {last_name}, look.' })[1]).toEqual({ type: 'BODY', text: 'Hi {last_name}, look.' });
});

test('what the form does not have is not taken apart', () => {
	for (const part of [{ type: 'CAROUSEL', cards: [] }, { type: 'HEADER', format: 'LOCATION' }, { type: 'BUTTONS', buttons: [{ type: 'OTP' }] }])
		expect(formOf({ ...template, components: [components[1], part] } as unknown as Template)).toBeNull();
});

test("the server's fields are the form's", () => {
	const full = formOf(template)!;
	expect(formField('components[0].text', full)).toBe('header.text');
	expect(formField('components[1].text', full)).toBe('body');
	expect(formField('components[2].text', full)).toBe('footer');
	expect(formField('components[3].buttons[1].url', full)).toBe('buttons.1.value');
	expect(formField('components[3].buttons[0].text', full)).toBe('buttons.0.text');
	expect(formField('components[3].buttons', full)).toBe('buttons');
	expect(formField('components[0].text', form())).toBe('body');
	expect(formField('name', full)).toBe('name');
	expect(formField('components', full)).toBe('');
});

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
	expect(addable(of('URL', 'URL', 'PHONE_NUMBER').buttons)).toEqual(['QUICK_REPLY', 'COPY_CODE']);
});

test('a one-time code', () => {
	const auth = form({ wa_category: 'AUTHENTICATION', body: '' });
	const made = [{ type: 'BODY', add_security_recommendation: true }, { type: 'FOOTER', code_expiration_minutes: 10 }, { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', code: '{code}' }] }];
	expect(formComponents(auth)).toEqual(made);
	expect(judge(auth)).toEqual({});
	expect(formOf({ ...template, wa_category: 'AUTHENTICATION', components: made } as unknown as Template)!.code).toEqual(auth.code);
	expect(judge({ ...auth, code: { ...auth.code, placeholder: 'code {code}', minutes: 91 } })).toEqual({ 'code.placeholder': 'one_code', 'code.minutes': 'minutes' });
	expect(formField('components[1].code_expiration_minutes', auth)).toBe('code.minutes');
	expect(formField('components[2].buttons[0].code', auth)).toBe('code.placeholder');
	const oneTap = [made[0], { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'ONE_TAP' }] }];
	expect(formOf({ ...template, wa_category: 'AUTHENTICATION', components: oneTap } as unknown as Template)).toBeNull();
});
