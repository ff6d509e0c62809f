// A template as components (Meta's form with our placeholders), whichever way it was made, and as the phone shows it.
import type { BubbleButton, BubbleMessage } from '../parts/Bubble.tsx';
import type { Schemas } from './client.ts';
import { type Contact, fill } from './placeholders.ts';

export type Template = Schemas['Template'];

export interface MetaButton {
	type: string;
	text?: string;
	url?: string;
	phone_number?: string;
	example?: string | string[];
	coupon_code?: string;
	code?: string;
	otp_type?: string;
	payload?: string;
}

export interface Component {
	type: string;
	format?: string;
	text?: string;
	url?: string;
	media_id?: string;
	filename?: string;
	location?: { latitude?: unknown; longitude?: unknown; name?: string; address?: string };
	buttons?: MetaButton[];
	cards?: { components: Component[] }[];
	limited_time_offer?: { text?: string; has_expiration?: boolean; expires_at?: string };
	add_security_recommendation?: boolean;
	code_expiration_minutes?: number;
	example?: unknown;
}

/** Content alone: what a bubble needs of a template. */
export type Content = Pick<Template, 'text' | 'type' | 'url' | 'media_id' | 'filename' | 'button_type' | 'button_text' | 'button_value'> & {
	components: Template['components'];
};

const FLAT_BUTTON: Record<string, (value: string) => MetaButton> = {
	LINK: (value) => ({ type: 'URL', url: value }),
	PHONE_CALL: (value) => ({ type: 'PHONE_NUMBER', phone_number: value }),
	QUICK_REPLY: (value) => ({ type: 'QUICK_REPLY', ...(value && { payload: value }) }),
};

/** What is not there is left out. */
const given = <T extends object>(members: { [K in keyof T]?: T[K] | null }): Partial<T> =>
	Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined && value !== '')) as Partial<T>;

export function componentsOf(template: Content): Component[] {
	if (template.components) return template.components as Component[];
	const { type, url, media_id, filename } = template;
	const ret: Component[] = [];
	if (type !== 'text') ret.push({ type: 'HEADER', format: type.toUpperCase(), ...given<Component>({ url, media_id, filename }) });
	ret.push({ type: 'BODY', text: template.text });
	const button = FLAT_BUTTON[template.button_type?.toUpperCase() ?? ''];
	if (button) ret.push({ type: 'BUTTONS', buttons: [{ ...button(template.button_value ?? ''), text: template.button_text ?? '' }] });
	return ret;
}

export const ofType = (components: Component[], type: string): Component | undefined =>
	components.find((component) => component.type.toUpperCase() === type);

/** Every text of it that may have placeholders. */
export function textsOf(components: Component[]): string[] {
	return components.flatMap((c) => [
		...(c.type.toUpperCase() === 'HEADER' || c.type.toUpperCase() === 'BODY' ? [c.text ?? ''] : []),
		...(c.location ? [c.location.name ?? '', c.location.address ?? ''] : []),
		...(c.limited_time_offer?.expires_at ? [c.limited_time_offer.expires_at] : []),
		...(c.buttons ?? []).flatMap((b) => [b.url ?? '', b.coupon_code ?? (typeof b.example === 'string' && b.type.toUpperCase() === 'COPY_CODE' ? b.example : ''), b.code ?? '']),
		...(c.cards ?? []).flatMap((card) => textsOf(card.components)),
	]);
}

const BUTTON_KIND: Record<string, BubbleButton['kind']> = { QUICK_REPLY: 'quick_reply', URL: 'url', PHONE_NUMBER: 'phone', COPY_CODE: 'copy_code', OTP: 'copy_code' };
const OWN_TEXT: Record<string, string> = { COPY_CODE: 'Copy offer code', OTP: 'Copy code' }; // WhatsApp's own words

function headerOf(header: Component, contact: Contact | undefined, pictures: Record<string, string>): BubbleMessage['header'] {
	switch (header.format?.toUpperCase()) {
		case 'TEXT':
			return { kind: 'text', text: fill(header.text ?? '', contact) };
		case 'LOCATION':
			return { kind: 'location', name: fill(header.location?.name || header.location?.address || '', contact) };
		case 'VIDEO':
			return { kind: 'video' };
		case 'DOCUMENT':
			return { kind: 'document', name: header.filename };
		default:
			return { kind: 'image', url: header.media_id ? pictures[header.media_id] : header.url };
	}
}

/** In an authentication template WhatsApp writes the body, and a footer where the code's life is told. */
function authBody(components: Component[], contact: Contact | undefined): string {
	const code = ofType(components, 'BUTTONS')?.buttons?.[0]?.code ?? '{code}';
	const warning = ofType(components, 'BODY')?.add_security_recommendation ? ' For your security, do not share this code.' : '';
	return `*${fill(code, contact)}* is your verification code.${warning}`;
}

export interface BubbleOptions {
	contact?: Contact; // without one the placeholders are marked
	pictures?: Record<string, string>; // addresses of pictures by their media_id
}

/** The message that a contact gets. */
export function bubbleOf(components: Component[], { contact, pictures = {} }: BubbleOptions = {}): BubbleMessage {
	const body = ofType(components, 'BODY');
	const footer = ofType(components, 'FOOTER');
	const header = ofType(components, 'HEADER');
	const isAuth = body !== undefined && body.text === undefined && !!ofType(components, 'BUTTONS')?.buttons?.some((b) => b.type.toUpperCase() === 'OTP');
	return {
		header: header && headerOf(header, contact, pictures),
		offer: ofType(components, 'LIMITED_TIME_OFFER')?.limited_time_offer?.text,
		body: isAuth ? authBody(components, contact) : fill(body?.text ?? '', contact),
		footer: footer?.code_expiration_minutes ? `This code expires in ${footer.code_expiration_minutes} minutes.` : footer?.text,
		buttons: ofType(components, 'BUTTONS')?.buttons?.map((button) => {
			const type = button.type.toUpperCase();
			return { kind: BUTTON_KIND[type] ?? 'other', text: button.text || (OWN_TEXT[type] ?? '') };
		}),
		cards: ofType(components, 'CAROUSEL')?.cards?.map((card) => bubbleOf(card.components, { contact, pictures })),
	};
}

/** The pictures of it that are kept at the server, by their media_id. */
export const mediaOf = (components: Component[]): string[] =>
	components.flatMap((c) => [...(c.media_id ? [c.media_id] : []), ...(c.cards ?? []).flatMap((card) => mediaOf(card.components))]);
