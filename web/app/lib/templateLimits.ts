// Meta's limits on a template. They are the server's (src/model/template_limits.c), which judges again; here they are told as one
// types.
import { countCharacters, isPlaceholder, readText, type TextFault } from './placeholders.ts';
import { BUTTON_TYPES, BUTTONS_OF, type ButtonType, type Card, type FormButton, type FormHeader, isCode, type Offer, type OneTimeCode, type Panel, shaped, shapeOf, type Shape, type TemplateForm } from './templateForm.ts';

export const LIMIT = {
	name: 45, header: 60, body: 1024, footer: 60, buttons: 10, button: 25, url: 2000, code: 20, payload: 100, filename: 25, mediaUrl: 2083,
	offer: 16, offerBody: 600, cards: 10, cardBody: 160, cardButtons: 2,
} as const;
export const MIN_CARDS = 2;

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
	| 'latitude'
	| 'longitude'
	| 'one_code'
	| 'minutes'
	| 'time'
	| 'reply_together'
	| 'too_many_of'
	| 'card_button'
	| 'all_or_none';
export type FormFaults = Record<string, FormFault>;
type Found = [field: string, fault: FormFault | undefined];

const characters = (text: string): number => [...text].length;
const isUrl = (text: string): boolean => /^https?:\/\/[^/\s{}<>"\\^`|][^\s{}<>"\\^`|]*$/.test(text);

/* ---- texts ---- */

function literalBraces(text: string): boolean {
	const { pieces } = readText(text);
	return pieces.some((piece, at) => !isPlaceholder(piece) && (piece.text.includes('{{') || (piece.text.endsWith('{') && at + 1 < pieces.length)));
}

function bodyFault(body: string, max: number): FormFault | undefined {
	if (body.trim() === '') return 'required';
	const { pieces, fault } = readText(body);
	if (fault) return fault;
	if (countCharacters(body) > max) return 'long';
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

/** One placeholder, and nothing else. */
function isOne(text: string): boolean {
	const { pieces, fault } = readText(text);
	return !fault && pieces.length === 1 && isPlaceholder(pieces[0]!);
}

/* ---- buttons ---- */

function urlFault(url: string): FormFault | undefined {
	const { pieces, fault } = readText(url);
	const [first, ...others] = pieces;
	if (fault) return fault;
	if (!first || isPlaceholder(first) || !isUrl(first.text) || others.length > 1 || (others[0] && !isPlaceholder(others[0]))) return 'url';
	return countCharacters(url) > LIMIT.url ? 'long' : undefined;
}

const codeFault = (code: string): FormFault | undefined => readText(code).fault ?? (isOne(code) || /^[A-Za-z0-9]{1,20}$/.test(code) ? undefined : 'code');

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
const most = (type: ButtonType, shape: Shape): number => (shape === 'offer' ? 1 : (MOST[type] ?? LIMIT.buttons));
const countOf = (buttons: FormButton[], type: ButtonType): number => buttons.filter((button) => button.type === type).length;

/** Which kinds another button may still be of. */
export const addable = (buttons: FormButton[], shape: Shape): ButtonType[] =>
	buttons.length >= (shape === 'carousel' ? LIMIT.cardButtons : LIMIT.buttons) ? [] : BUTTONS_OF[shape].filter((type) => countOf(buttons, type) < most(type, shape));

function buttonsFault(buttons: FormButton[], shape: Shape): FormFault | undefined {
	const isReply = buttons.map(({ type }) => type === 'QUICK_REPLY');
	if (BUTTON_TYPES.some((type) => countOf(buttons, type) > most(type, shape))) return 'too_many_of';
	if (shape === 'carousel' && buttons.length === 0) return 'card_button';
	return isReply.filter((reply, at) => at > 0 && reply !== isReply[at - 1]).length > 1 ? 'reply_together' : undefined;
}

/* ---- the header ---- */

function mediaFaults({ kind, url, media_id, filename }: FormHeader): Found[] {
	const source = media_id ? undefined : url.trim() === '' ? 'required' : url.length > LIMIT.mediaUrl ? 'long' : isUrl(url.trim()) ? undefined : 'url';
	const name = filename === '' ? 'required' : characters(filename) > LIMIT.filename ? 'long' : /^\w+$/.test(filename) ? undefined : 'filename';
	return [
		['header.url', source],
		['header.filename', kind === 'document' ? name : undefined],
	];
}

/** A number of degrees, or a placeholder for one. */
function degreesFault(text: string, word: 'latitude' | 'longitude', max: number): FormFault | undefined {
	const trimmed = text.trim();
	if (trimmed === '') return 'required';
	return isOne(trimmed) || (/^-?\d{1,3}(\.\d+)?$/.test(trimmed) && Math.abs(Number(trimmed)) <= max) ? undefined : word;
}

function headerFaults(header: FormHeader): Found[] {
	switch (header.kind) {
		case 'none':
			return [];
		case 'text':
			return [['header.text', headerTextFault(header.text)]];
		case 'location':
			return [
				['header.latitude', degreesFault(header.latitude, 'latitude', 90)],
				['header.longitude', degreesFault(header.longitude, 'longitude', 180)],
				['header.name', readText(header.name).fault],
				['header.address', readText(header.address).fault],
			];
		default:
			return mediaFaults(header);
	}
}

/* ---- the whole ---- */

function panelFaults({ header, body, buttons }: Panel, shape: Shape, max: number): Found[] {
	return [
		...headerFaults(header),
		['body', bodyFault(body, max)],
		['buttons', buttonsFault(buttons, shape)],
		...buttons.flatMap((button, at): Found[] => [
			[`buttons.${at}.text`, buttonTextFault(button)],
			[`buttons.${at}.value`, valueFault(button)],
		]),
	];
}

function offerFaults({ text, ends, until }: Offer): Found[] {
	const words = text.trim() === '' ? 'required' : /[{}]/.test(text) ? 'no_placeholder' : characters(text) > LIMIT.offer ? 'long' : undefined;
	const end = ends === 'never' ? undefined : until.trim() === '' ? 'required' : ends === 'field' && !isOne(until.trim()) ? 'time' : undefined;
	return [
		['offer.text', words],
		['offer.until', end],
	];
}

/** Either all cards have a text, or none has. */
function cardFaults(card: Card, at: number, cards: Card[]): Found[] {
	const isBare = card.body.trim() === '';
	return panelFaults(card, 'carousel', LIMIT.cardBody).map(([field, fault]) => {
		const told = field === 'body' && isBare ? (cards.some(({ body }) => body.trim() !== '') ? 'all_or_none' : undefined) : fault;
		return [`cards.${at}.${field}`, told];
	});
}

function codeFaults({ placeholder, minutes, button }: OneTimeCode): Found[] {
	const text = placeholder.trim();
	return [
		['code.placeholder', readText(text).fault ?? (isOne(text) ? undefined : 'one_code')],
		['code.minutes', minutes === '' || (minutes >= 1 && minutes <= 90) ? undefined : 'minutes'],
		['code.button', /[{}]/.test(button) ? 'no_placeholder' : characters(button) > LIMIT.button ? 'long' : undefined],
	];
}

const footerFault = (footer: string): FormFault | undefined => (/[{}]/.test(footer) ? 'no_placeholder' : characters(footer) > LIMIT.footer ? 'long' : undefined);

export const bodyLimit = (form: TemplateForm): number => (shapeOf(form) === 'offer' ? LIMIT.offerBody : LIMIT.body);

function contentFaults(form: TemplateForm): Found[] {
	const shape = shapeOf(form);
	const content = shaped(form);
	return [
		...panelFaults(content, shape === 'carousel' ? 'plain' : shape, bodyLimit(form)),
		['footer', footerFault(content.footer)],
		...(shape === 'offer' ? offerFaults(form.offer) : []),
		...(shape === 'carousel' ? form.cards.flatMap(cardFaults) : []),
	];
}

/** The first fault of each field, in the order of the page. */
export function judge(form: TemplateForm): FormFaults {
	const found: Found[] = [
		['name', form.name.trim() === '' ? 'required' : characters(form.name) > LIMIT.name ? 'long' : undefined],
		['wa_sender_code', form.wa_sender_code ? undefined : 'required'],
		...(isCode(form) ? codeFaults(form.code) : contentFaults(form)),
	];
	return Object.fromEntries(found.filter((entry): entry is [string, FormFault] => entry[1] !== undefined));
}
