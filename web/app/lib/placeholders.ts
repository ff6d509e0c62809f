// Texts with placeholders, read and filled as the server does it: `{first_name}`, `{first_name|friend}`, `{{` for a brace.
import type { Schemas } from './client.ts';

export type Contact = Schemas['Contact'];
export type Piece = { text: string } | { key: string; fallback?: string };
export type TextFault = 'open_brace' | 'bad_key' | 'bad_fallback';

const KEY_MAX = 64;
const FALLBACK_MAX = 256;
const CONTROL = /[\u0000-\u001f\u007f]/;
const characters = (text: string): number => [...text].length;

function placeholder(inside: string): { key: string; fallback?: string } | TextFault {
	const bar = inside.indexOf('|');
	const key = bar < 0 ? inside : inside.slice(0, bar);
	if (key.trim() === '' || characters(key) > KEY_MAX || CONTROL.test(key) || inside.includes('{')) return 'bad_key';
	if (bar < 0) return { key };
	const fallback = inside.slice(bar + 1);
	return fallback.trim() === '' || characters(fallback) > FALLBACK_MAX ? 'bad_fallback' : { key, fallback };
}

/** Its pieces up to the first fault; what comes after a fault stands as it was written. */
export function readText(text: string): { pieces: Piece[]; fault?: TextFault } {
	const pieces: Piece[] = [];
	let literal = '';
	const end = (rest: string) => {
		if (literal + rest) pieces.push({ text: literal + rest });
		literal = '';
	};
	for (let at = 0; at < text.length; ) {
		if (text[at] !== '{') {
			literal += text[at++];
		} else if (text[at + 1] === '{') {
			literal += '{';
			at += 2;
		} else {
			const close = text.indexOf('}', at);
			const found = close < 0 ? 'open_brace' : placeholder(text.slice(at + 1, close));
			if (typeof found === 'string') {
				end(text.slice(at));
				return { pieces, fault: found };
			}
			end('');
			pieces.push(found);
			at = close + 1;
		}
	}
	end('');
	return { pieces };
}

export const isPlaceholder = (piece: Piece): piece is { key: string; fallback?: string } => 'key' in piece;

/** Each key once, as they come. */
export const keysOf = (...texts: (string | undefined)[]): string[] => [
	...new Set(texts.flatMap((text) => readText(text ?? '').pieces.filter(isPlaceholder).map((piece) => piece.key))),
];

const BUILT_IN = ['number', 'first_name', 'last_name', 'custom1', 'custom2', 'timestamp', 'date'] as const;
/** What every contact may have; `timestamp` and `date` are older names of the last two. */
export const CONTACT_FIELDS = BUILT_IN.slice(0, 5);
const isBuiltIn = (key: string): key is (typeof BUILT_IN)[number] => (BUILT_IN as readonly string[]).includes(key);

/** White space in a value becomes single blanks. */
const fold = (value: string): string => value.split(/[\s\u0000-\u001f\u007f]+/u).filter(Boolean).join(' ');

export function valueOf(contact: Contact, key: string): string {
	const own = isBuiltIn(key) ? contact[key] : Object.hasOwn(contact.fields, key) ? contact.fields[key] : undefined;
	return fold(own ?? '');
}

// What has no value is shown marked (see parts/Bubble.tsx): its key between two characters that no keyboard makes.
export const MARK_FROM = '\ue000';
export const MARK_TO = '\ue001';

/** As `contact` would read it; without one, with its placeholders marked. */
export function fill(text: string, contact: Contact | undefined): string {
	return readText(text)
		.pieces.map((piece) => {
			if (!isPlaceholder(piece)) return piece.text;
			const value = contact && (valueOf(contact, piece.key) || fold(piece.fallback ?? ''));
			return value || `${MARK_FROM}${piece.key}${MARK_TO}`;
		})
		.join('');
}

/** The name that a placeholder has at Meta: of `[a-z0-9_]`, each occurrence its own. */
function parameter(key: string, taken: Set<string>): string {
	const base = [...new TextEncoder().encode(key)].slice(0, 24).map((byte) => {
		const letter = String.fromCharCode(byte).toLowerCase();
		return /^[a-z0-9]$/.test(letter) ? letter : '_';
	}).join('');
	let name = base;
	for (let i = 2; taken.has(name); i++) name = `${base.slice(0, 28)}_${i}`;
	taken.add(name);
	return name;
}

/** As Meta counts: a placeholder is `{{name}}`. */
export function countCharacters(text: string): number {
	const taken = new Set<string>();
	return readText(text).pieces.reduce((sum, piece) => sum + (isPlaceholder(piece) ? parameter(piece.key, taken).length + 4 : characters(piece.text)), 0);
}
