// The editor's view of a template: what a person types, to components and back, and Meta's limits on it. The limits are the
// server's (src/model/template_limits.c), which judges again; here they are told as one types.
import { countCharacters, isPlaceholder, readText, type TextFault } from './placeholders.ts';
import { type Component, componentsOf, type MetaButton, ofType, type Template } from './template.ts';

export const HEADER_KINDS = ['none', 'text', 'image', 'video', 'document'] as const;
export type HeaderKind = (typeof HEADER_KINDS)[number];
export const BUTTON_TYPES = ['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'COPY_CODE'] as const;
export type ButtonType = (typeof BUTTON_TYPES)[number];
export const CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const;

/** What Meta's form has besides, kept as long as the text that it belongs to is the same. */
interface Rest {
	of: string;
	members: Record<string, unknown>;
}

export interface FormButton {
	id: number; // for React
	type: ButtonType;
	text: string;
	value: string; // of a URL, a phone number, a code; the payload of a quick reply
	rest?: Rest;
}

export interface TemplateForm {
	name: string;
	wa_sender_code: string;
	wa_category: string;
	language: string;
	header: { kind: HeaderKind; text: string; url: string; media_id: string; filename: string; rest?: Rest };
	body: string;
	bodyRest?: Rest;
	footer: string;
	buttons: FormButton[];
	code: OneTimeCode; // the whole content of an AUTHENTICATION template
}

/** WhatsApp writes the message; this is what can be chosen of it. */
export interface OneTimeCode {
	placeholder: string;
	warns: boolean;
	minutes: number | ''; // '': not told
	button: string; // '': WhatsApp's own words
}

let lastId = 0;
export const newButton = (type: ButtonType): FormButton => ({ id: ++lastId, type, text: '', value: '' });

export const emptyForm = (): TemplateForm => ({
	name: '',
	wa_sender_code: '',
	wa_category: 'MARKETING',
	language: 'en_US',
	header: { kind: 'none', text: '', url: '', media_id: '', filename: '' },
	body: '',
	footer: '',
	buttons: [],
	code: { placeholder: '{code}', warns: true, minutes: 10, button: '' },
});

/* ---- from components ---- */

const restOf = (from: object, of: string, ...known: string[]): Rest | undefined => {
	const members = Object.fromEntries(Object.entries(from).filter(([name]) => !known.includes(name)));
	return Object.keys(members).length > 0 ? { of, members } : undefined;
};

const sampleOf = (button: MetaButton): string => (Array.isArray(button.example) ? (button.example[0] ?? '') : (button.example ?? ''));

function buttonOf(button: MetaButton): FormButton | null {
	const type = BUTTON_TYPES.find((known) => known === button.type.toUpperCase());
	if (!type) return null;
	const value = { QUICK_REPLY: button.payload, URL: button.url, PHONE_NUMBER: button.phone_number, COPY_CODE: button.coupon_code ?? sampleOf(button) }[type] ?? '';
	const rest = restOf(button, value, 'type', 'text', 'payload', 'url', 'phone_number', 'coupon_code');
	return { ...newButton(type), text: button.text ?? '', value, rest };
}

const isCode = ({ wa_category }: Pick<TemplateForm, 'wa_category'>): boolean => wa_category === 'AUTHENTICATION';

/** null: the code is handed to an app, which this form does not have. */
function codeOf(components: Component[]): OneTimeCode | null {
	const button = ofType(components, 'BUTTONS')?.buttons?.[0];
	if (button?.otp_type?.toUpperCase() !== 'COPY_CODE') return null;
	return {
		placeholder: button.code ?? '{code}',
		warns: ofType(components, 'BODY')?.add_security_recommendation === true,
		minutes: ofType(components, 'FOOTER')?.code_expiration_minutes ?? '',
		button: button.text ?? '',
	};
}

/** null: it has parts that this form does not have (a carousel, an offer, a location, a code for an app). */
export function formOf(template: Template): TemplateForm | null {
	const form = { ...emptyForm(), name: template.name, wa_sender_code: template.wa_sender_code, wa_category: template.wa_category, language: template.language };
	if (isCode(form)) {
		const code = codeOf(componentsOf(template));
		return code && { ...form, code };
	}
	for (const part of componentsOf(template)) {
		const text = part.text ?? '';
		switch (part.type.toUpperCase()) {
			case 'HEADER': {
				const kind = HEADER_KINDS.find((known) => known === part.format?.toLowerCase());
				if (!kind) return null;
				const { url = '', media_id = '', filename = '' } = part;
				form.header = { kind, text, url, media_id, filename, rest: restOf(part, text, 'type', 'format', 'text', 'url', 'media_id', 'filename') };
				break;
			}
			case 'BODY':
				form.body = text;
				form.bodyRest = restOf(part, text, 'type', 'text');
				break;
			case 'FOOTER':
				form.footer = text;
				break;
			case 'BUTTONS':
				for (const button of part.buttons ?? []) {
					const read = buttonOf(button);
					if (!read) return null;
					form.buttons.push(read);
				}
				break;
			default:
				return null;
		}
	}
	return form;
}

/* ---- to components ---- */

const kept = (rest: Rest | undefined, of: string): Record<string, unknown> => (rest?.of === of ? rest.members : {});

function headerComponent({ kind, text, url, media_id, filename, rest }: TemplateForm['header']): Component {
	const format = kind.toUpperCase();
	if (kind === 'text') return { ...kept(rest, text), type: 'HEADER', format, text };
	return { type: 'HEADER', format, ...(media_id ? { media_id } : url.trim() ? { url: url.trim() } : {}), ...(kind === 'document' && { filename }) };
}

function buttonComponent({ type, text, value, rest }: FormButton): MetaButton {
	const trimmed = value.trim();
	const own: Record<ButtonType, Partial<MetaButton>> = {
		QUICK_REPLY: trimmed ? { payload: trimmed } : {},
		URL: { url: trimmed },
		PHONE_NUMBER: { phone_number: trimmed },
		COPY_CODE: { coupon_code: trimmed },
	};
	return { ...kept(rest, value), type, ...(type === 'COPY_CODE' && !text ? {} : { text }), ...own[type] };
}

const codeComponents = ({ placeholder, warns, minutes, button }: OneTimeCode): Component[] => [
	{ type: 'BODY', add_security_recommendation: warns },
	...(minutes === '' ? [] : [{ type: 'FOOTER', code_expiration_minutes: minutes }]),
	{ type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', ...(button && { text: button }), code: placeholder.trim() }] },
];

export function formComponents(form: TemplateForm): Component[] {
	if (isCode(form)) return codeComponents(form.code);
	const ret: Component[] = [];
	if (form.header.kind !== 'none') ret.push(headerComponent(form.header));
	ret.push({ ...kept(form.bodyRest, form.body), type: 'BODY', text: form.body });
	if (form.footer.trim()) ret.push({ type: 'FOOTER', text: form.footer });
	if (form.buttons.length > 0) ret.push({ type: 'BUTTONS', buttons: form.buttons.map(buttonComponent) });
	return ret;
}

/** The form's field for one that the server names: `components[3].buttons[1].url` is `buttons.1.value`. '' for none of them. */
export function formField(field: string, form: TemplateForm): string {
	const path = /^components\[(\d+)\](?:\.(.+))?$/.exec(field);
	if (!path) return ['name', 'wa_category', 'wa_sender_code', 'language'].includes(field) ? field : '';
	const type = formComponents(form)[Number(path[1])]?.type;
	const below = path[2] ?? '';
	if (isCode(form)) return type === 'FOOTER' ? 'code.minutes' : below.endsWith('.text') ? 'code.button' : type === 'BUTTONS' ? 'code.placeholder' : '';
	if (type === 'HEADER') return ['text', 'url', 'media_id', 'filename'].includes(below) ? `header.${below === 'media_id' ? 'url' : below}` : 'header';
	if (type === 'BODY') return 'body';
	if (type === 'FOOTER') return 'footer';
	const button = /^buttons\[(\d+)\](?:\.(.+))?$/.exec(below);
	if (type === 'BUTTONS') return button ? `buttons.${button[1]}.${button[2] === 'text' ? 'text' : 'value'}` : 'buttons';
	return '';
}

/* ---- Meta's limits ---- */

export const LIMIT = { name: 45, header: 60, body: 1024, footer: 60, buttons: 10, button: 25, url: 2000, code: 20, payload: 100, filename: 25, mediaUrl: 2083 } as const;

export type FormFault =
	| TextFault
	| 'required'
	| 'long'
	| 'edge_placeholder'
	| 'side_by_side'
	| 'two_braces'
	| 'one_placeholder'
	| 'no_placeholder'
	| 'url'
	| 'phone'
	| 'code'
	| 'filename'
	| 'one_code'
	| 'minutes'
	| 'reply_together'
	| 'too_many_of';
export type FormFaults = Record<string, FormFault>;

const characters = (text: string): number => [...text].length;
const isUrl = (text: string): boolean => /^https?:\/\/[^/\s{}<>"\\^`|][^\s{}<>"\\^`|]*$/.test(text);

function literalBraces(text: string): boolean {
	const { pieces } = readText(text);
	return pieces.some((piece, at) => !isPlaceholder(piece) && (piece.text.includes('{{') || (piece.text.endsWith('{') && at + 1 < pieces.length)));
}

function bodyFault(body: string): FormFault | undefined {
	if (body.trim() === '') return 'required';
	const { pieces, fault } = readText(body);
	if (fault) return fault;
	if (countCharacters(body) > LIMIT.body) return 'long';
	if (literalBraces(body)) return 'two_braces';
	if (pieces.some((piece, at) => isPlaceholder(piece) && at > 0 && isPlaceholder(pieces[at - 1]!))) return 'side_by_side';
	return isPlaceholder(pieces[0]!) || isPlaceholder(pieces.at(-1)!) ? 'edge_placeholder' : undefined;
}

function headerTextFault(text: string): FormFault | undefined {
	if (text.trim() === '') return 'required';
	const { pieces, fault } = readText(text);
	if (fault) return fault;
	if (pieces.filter(isPlaceholder).length > 1) return 'one_placeholder';
	if (literalBraces(text)) return 'two_braces';
	return countCharacters(text) > LIMIT.header ? 'long' : undefined;
}

function urlFault(url: string): FormFault | undefined {
	const { pieces, fault } = readText(url);
	const [first, ...others] = pieces;
	if (fault) return fault;
	if (!first || isPlaceholder(first) || !isUrl(first.text) || others.length > 1 || (others[0] && !isPlaceholder(others[0]))) return 'url';
	return countCharacters(url) > LIMIT.url ? 'long' : undefined;
}

function codeFault(code: string): FormFault | undefined {
	const { pieces, fault } = readText(code);
	if (fault) return fault;
	const [only, other] = pieces;
	return only && !other && (isPlaceholder(only) || /^[A-Za-z0-9]{1,20}$/.test(only.text)) ? undefined : 'code';
}

function valueFault({ type, value }: FormButton): FormFault | undefined {
	const text = value.trim();
	if (type === 'QUICK_REPLY') return new TextEncoder().encode(text).length > LIMIT.payload ? 'long' : undefined;
	if (text === '') return 'required';
	if (type === 'URL') return urlFault(text);
	if (type === 'COPY_CODE') return codeFault(text);
	return /^\+?[0-9 ().-]{7,25}$/.test(text) ? undefined : 'phone';
}

function buttonTextFault({ type, text }: FormButton): FormFault | undefined {
	if (text.trim() === '') return type === 'COPY_CODE' ? undefined : 'required';
	if (/[{}]/.test(text)) return 'no_placeholder';
	return characters(text) > LIMIT.button ? 'long' : undefined;
}

const MOST: Partial<Record<ButtonType, number>> = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1 };

/** Which kinds another button may still be of. */
export const addable = (buttons: FormButton[]): ButtonType[] =>
	buttons.length >= LIMIT.buttons ? [] : BUTTON_TYPES.filter((type) => buttons.filter((button) => button.type === type).length < (MOST[type] ?? LIMIT.buttons));

function buttonsFault(buttons: FormButton[]): FormFault | undefined {
	const isReply = buttons.map(({ type }) => type === 'QUICK_REPLY');
	if (BUTTON_TYPES.some((type) => buttons.filter((button) => button.type === type).length > (MOST[type] ?? LIMIT.buttons))) return 'too_many_of';
	return isReply.filter((reply, at) => at > 0 && reply !== isReply[at - 1]).length > 1 ? 'reply_together' : undefined;
}

function mediaFaults({ kind, url, media_id, filename }: TemplateForm['header']): [string, FormFault | undefined][] {
	const source = media_id ? undefined : url.trim() === '' ? 'required' : url.length > LIMIT.mediaUrl ? 'long' : isUrl(url.trim()) ? undefined : 'url';
	const name = filename === '' ? 'required' : characters(filename) > LIMIT.filename ? 'long' : /^\w+$/.test(filename) ? undefined : 'filename';
	return [
		['header.url', source],
		['header.filename', kind === 'document' ? name : undefined],
	];
}

function codeFaults({ placeholder, minutes, button }: OneTimeCode): [string, FormFault | undefined][] {
	const { pieces, fault } = readText(placeholder.trim());
	return [
		['code.placeholder', fault ?? (pieces.length === 1 && isPlaceholder(pieces[0]!) ? undefined : 'one_code')],
		['code.minutes', minutes === '' || (minutes >= 1 && minutes <= 90) ? undefined : 'minutes'],
		['code.button', /[{}]/.test(button) ? 'no_placeholder' : characters(button) > LIMIT.button ? 'long' : undefined],
	];
}

/** The first fault of each field. */
export function judge(form: TemplateForm): FormFaults {
	const found: [string, FormFault | undefined][] = [
		['name', form.name.trim() === '' ? 'required' : characters(form.name) > LIMIT.name ? 'long' : undefined],
		['wa_sender_code', form.wa_sender_code ? undefined : 'required'],
		...(isCode(form) ? codeFaults(form.code) : contentFaults(form)),
	];
	return Object.fromEntries(found.filter((entry): entry is [string, FormFault] => entry[1] !== undefined));
}

function contentFaults({ header, body, footer, buttons }: TemplateForm): [string, FormFault | undefined][] {
	return [
		...(header.kind === 'none' ? [] : header.kind === 'text' ? [['header.text', headerTextFault(header.text)] as [string, FormFault | undefined]] : mediaFaults(header)),
		['body', bodyFault(body)],
		['footer', /[{}]/.test(footer) ? 'no_placeholder' : characters(footer) > LIMIT.footer ? 'long' : undefined],
		['buttons', buttonsFault(buttons)],
		...buttons.flatMap((button, at): [string, FormFault | undefined][] => [
			[`buttons.${at}.text`, buttonTextFault(button)],
			[`buttons.${at}.value`, valueFault(button)],
		]),
	];
}

/** Meta's codes of languages. */
export const LANGUAGES =
	'af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca zh_CN zh_HK zh_TW hr cs da prs_AF nl nl_BE en en_GB en_US en_AE en_AU en_CA en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_ZA et fil fi fr fr_BE fr_CA fr_CH fr_CI fr_MA ka de de_AT de_CH el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb ps_AF fa pl pt_BR pt_PT pa ro ru sr si_LK sk sl es es_AR es_CL es_CO es_CR es_DO es_EC es_HN es_MX es_PA es_PE es_ES es_UY sw sv ta te th tr uk ur uz vi zu'.split(' ');
