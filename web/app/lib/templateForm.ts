// The editor's view of a template: what a person types, to components and back.
import { type Component, componentsOf, type MetaButton, ofType, type Template } from './template.ts';

export const HEADER_KINDS = ['none', 'text', 'image', 'video', 'document', 'location'] as const;
export type HeaderKind = (typeof HEADER_KINDS)[number];
export const BUTTON_TYPES = ['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'COPY_CODE'] as const;
export type ButtonType = (typeof BUTTON_TYPES)[number];
export const CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const;
/** Offers and carousels are for MARKETING alone. */
export const SHAPES = ['plain', 'offer', 'carousel'] as const;
export type Shape = (typeof SHAPES)[number];

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

export interface FormHeader {
	kind: HeaderKind;
	text: string;
	url: string;
	media_id: string;
	filename: string;
	latitude: string;
	longitude: string;
	name: string; // of the place
	address: string;
	rest?: Rest;
}

/** The message itself, or a card of a carousel. */
export interface Panel {
	header: FormHeader;
	body: string;
	bodyRest?: Rest;
	buttons: FormButton[];
}

/** All cards have the same kind of header and the same kinds of buttons. */
export interface Card extends Panel {
	id: number; // for React
}

export interface Offer {
	text: string;
	ends: 'never' | 'at' | 'field';
	until: string; // a time as the server writes it, or a text with a placeholder for one
}

/** WhatsApp writes the message; this is what can be chosen of it. */
export interface OneTimeCode {
	placeholder: string;
	warns: boolean;
	minutes: number | ''; // '': not told
	button: string; // '': WhatsApp's own words
}

/** What the shape and the category have no place for stays in the form, for those who choose another, and is not sent. */
export interface TemplateForm extends Panel {
	name: string;
	wa_sender_code: string;
	wa_category: string;
	language: string;
	shape: Shape;
	footer: string;
	offer: Offer;
	cards: Card[];
	code: OneTimeCode; // the whole content of an AUTHENTICATION template
}

let lastId = 0;
export const newButton = (type: ButtonType): FormButton => ({ id: ++lastId, type, text: '', value: '' });
export const newHeader = (kind: HeaderKind): FormHeader => ({ kind, text: '', url: '', media_id: '', filename: '', latitude: '', longitude: '', name: '', address: '' });
export const newCard = (kind: HeaderKind, buttons: ButtonType[]): Card => ({ id: ++lastId, header: newHeader(kind), body: '', buttons: buttons.map(newButton) });

export const emptyForm = (): TemplateForm => ({
	name: '',
	wa_sender_code: '',
	wa_category: 'MARKETING',
	language: 'en_US',
	shape: 'plain',
	header: newHeader('none'),
	body: '',
	footer: '',
	buttons: [],
	offer: { text: '', ends: 'never', until: '' },
	cards: [newCard('image', ['URL']), newCard('image', ['URL'])],
	code: { placeholder: '{code}', warns: true, minutes: 10, button: '' },
});

export const isCode = ({ wa_category }: Pick<TemplateForm, 'wa_category'>): boolean => wa_category === 'AUTHENTICATION';
export const shapeOf = ({ shape, wa_category }: Pick<TemplateForm, 'shape' | 'wa_category'>): Shape => (wa_category === 'MARKETING' ? shape : 'plain');

/* ---- what a shape has ---- */

export const HEADERS_OF: Record<Exclude<Shape, 'carousel'>, readonly HeaderKind[]> = { plain: HEADER_KINDS, offer: ['none', 'image', 'video'] };
export const BUTTONS_OF: Record<Shape, readonly ButtonType[]> = { plain: BUTTON_TYPES, offer: ['COPY_CODE', 'URL'], carousel: ['QUICK_REPLY', 'URL', 'PHONE_NUMBER'] };

/** Of an offer the code comes first. */
const ofOffer = (buttons: FormButton[]): FormButton[] => BUTTONS_OF.offer.flatMap((type) => buttons.filter((button) => button.type === type));

/** The form without what its shape has no place for. */
export function shaped(form: TemplateForm): TemplateForm {
	switch (shapeOf(form)) {
		case 'offer': {
			const header = HEADERS_OF.offer.includes(form.header.kind) ? form.header : { ...form.header, kind: 'none' as const };
			return { ...form, header, footer: '', buttons: ofOffer(form.buttons) };
		}
		case 'carousel':
			return { ...form, header: newHeader('none'), footer: '', buttons: [] };
		default:
			return form;
	}
}

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

function headerOf(part: Component): FormHeader | null {
	const kind = HEADER_KINDS.find((known) => known === part.format?.toLowerCase());
	if (!kind) return null;
	const { text = '', url = '', media_id = '', filename = '', location: place = {} } = part;
	const { latitude = '', longitude = '', name = '', address = '' } = place;
	const rest = restOf(part, text, 'type', 'format', 'text', 'url', 'media_id', 'filename', 'location');
	return { kind, text, url, media_id, filename, latitude: String(latitude), longitude: String(longitude), name, address, rest };
}

function offerOf({ limited_time_offer: offer = {} }: Component): Offer {
	const until = offer.expires_at ?? '';
	return { text: offer.text ?? '', ends: !offer.has_expiration ? 'never' : until.includes('{') ? 'field' : 'at', until };
}

/** Takes what a message and a card may both have; what it does not know is left to `other`. null: there is something that this form does not have. */
function panelOf(components: Component[], other: (part: Component) => boolean): Panel | null {
	const panel: Panel = { header: newHeader('none'), body: '', buttons: [] };
	for (const part of components) {
		const type = part.type.toUpperCase();
		if (type === 'HEADER') {
			const header = headerOf(part);
			if (!header) return null;
			panel.header = header;
		} else if (type === 'BODY') {
			panel.body = part.text ?? '';
			panel.bodyRest = restOf(part, panel.body, 'type', 'text');
		} else if (type === 'BUTTONS') {
			const buttons = (part.buttons ?? []).map(buttonOf);
			if (buttons.includes(null)) return null;
			panel.buttons = buttons as FormButton[];
		} else if (!other(part)) return null;
	}
	return panel;
}

function cardsOf({ cards = [] }: Component): Card[] | null {
	const panels = cards.map(({ components }) => panelOf(components, () => false));
	return panels.includes(null) ? null : (panels as Panel[]).map((panel) => ({ id: ++lastId, ...panel }));
}

/** null: it has parts that this form does not have, such as a code for an app. */
export function formOf(template: Template): TemplateForm | null {
	const form = { ...emptyForm(), name: template.name, wa_sender_code: template.wa_sender_code, wa_category: template.wa_category, language: template.language };
	if (isCode(form)) {
		const code = codeOf(componentsOf(template));
		return code && { ...form, code };
	}
	const panel = panelOf(componentsOf(template), (part) => {
		switch (part.type.toUpperCase()) {
			case 'FOOTER':
				form.footer = part.text ?? '';
				return true;
			case 'LIMITED_TIME_OFFER':
				form.shape = 'offer';
				form.offer = offerOf(part);
				return true;
			case 'CAROUSEL': {
				const cards = cardsOf(part);
				form.shape = 'carousel';
				form.cards = cards ?? [];
				return cards !== null;
			}
			default:
				return false;
		}
	});
	return panel && { ...form, ...panel };
}

/* ---- to components ---- */

const kept = (rest: Rest | undefined, of: string): Record<string, unknown> => (rest?.of === of ? rest.members : {});

/** What is not blank, without the white space around it. */
const given = (members: Record<string, string>): Record<string, string> =>
	Object.fromEntries(Object.entries(members).map(([name, text]) => [name, text.trim()]).filter(([, text]) => text));

function headerComponent({ kind, text, url, media_id, filename, latitude, longitude, name, address, rest }: FormHeader): Component {
	const format = kind.toUpperCase();
	if (kind === 'text') return { ...kept(rest, text), type: 'HEADER', format, text };
	if (kind === 'location') return { type: 'HEADER', format, location: given({ latitude, longitude, name, address }) };
	return { type: 'HEADER', format, ...(media_id ? { media_id } : given({ url })), ...(kind === 'document' && { filename }) };
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

const offerComponent = ({ text, ends, until }: Offer): Component => ({
	type: 'LIMITED_TIME_OFFER',
	limited_time_offer: ends === 'never' ? { text } : { text, has_expiration: true, expires_at: until.trim() },
});

const headersOf = ({ header }: Panel): Component[] => (header.kind === 'none' ? [] : [headerComponent(header)]);
const bodyOf = ({ body, bodyRest }: Panel): Component => ({ ...kept(bodyRest, body), type: 'BODY', text: body });
const buttonsOf = ({ buttons }: Panel): Component[] => (buttons.length === 0 ? [] : [{ type: 'BUTTONS', buttons: buttons.map(buttonComponent) }]);

const carouselComponent = (cards: Card[]): Component => ({
	type: 'CAROUSEL',
	cards: cards.map((card) => ({ components: [...headersOf(card), ...(card.body.trim() ? [bodyOf(card)] : []), ...buttonsOf(card)] })),
});

export function formComponents(form: TemplateForm): Component[] {
	if (isCode(form)) return codeComponents(form.code);
	const shape = shapeOf(form);
	const content = shaped(form);
	return [
		...headersOf(content),
		bodyOf(content),
		...(shape === 'offer' ? [offerComponent(form.offer)] : []),
		...(shape === 'carousel' ? [carouselComponent(form.cards)] : []),
		...(content.footer.trim() ? [{ type: 'FOOTER', text: content.footer }] : []),
		...buttonsOf(content),
	];
}

/* ---- the server's names of fields ---- */

const HEADER_FIELDS = ['text', 'url', 'filename', 'latitude', 'longitude', 'name', 'address'];

/** Of a message's or a card's `[3].buttons[1].url`: `buttons.1.value`. null: none of both's. */
function panelField(components: Component[], path: string): string | null {
	const [, at, below = ''] = /^\[(\d+)\](?:\.(.+))?$/.exec(path) ?? [];
	switch (components[Number(at)]?.type) {
		case 'HEADER': {
			const name = below.replace(/^location\./, '').replace('media_id', 'url');
			return HEADER_FIELDS.includes(name) ? `header.${name}` : 'header';
		}
		case 'BODY':
			return 'body';
		case 'BUTTONS': {
			const [, button, member] = /^buttons\[(\d+)\](?:\.(.+))?$/.exec(below) ?? [];
			return button ? `buttons.${button}.${member === 'text' ? 'text' : 'value'}` : 'buttons';
		}
		default:
			return null;
	}
}

function cardField(cards: NonNullable<Component['cards']>, below: string): string {
	const [, at, path] = /^cards\[(\d+)\](?:\.components(\[.+))?$/.exec(below) ?? [];
	if (!at) return 'cards';
	const inside = path ? panelField(cards[Number(at)]!.components, path) : null;
	return inside ? `cards.${at}.${inside}` : `cards.${at}`;
}

/** The form's field for one that the server names: `components[3].buttons[1].url` is `buttons.1.value`. '' for none of them. */
export function formField(field: string, form: TemplateForm): string {
	const [, at, below = ''] = /^components\[(\d+)\](?:\.(.+))?$/.exec(field) ?? [];
	if (!at) return ['name', 'wa_category', 'wa_sender_code', 'language'].includes(field) ? field : '';
	const components = formComponents(form);
	const part = components[Number(at)];
	if (isCode(form)) return part?.type === 'FOOTER' ? 'code.minutes' : below.endsWith('.text') ? 'code.button' : part?.type === 'BUTTONS' ? 'code.placeholder' : '';
	if (part?.type === 'FOOTER') return 'footer';
	if (part?.type === 'LIMITED_TIME_OFFER') return below.endsWith('expires_at') ? 'offer.until' : 'offer.text';
	if (part?.cards) return cardField(part.cards, below);
	return panelField(components, field.replace('components', '')) ?? '';
}
