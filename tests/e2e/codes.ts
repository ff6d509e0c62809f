// The program's own table of codes.
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './spec.ts';

export const source = (path: string) => readFileSync(new URL(`src/${path}`, ROOT), 'utf8');

/** name → its number and status */
export const CODES = new Map(
	[...source('model/codes.def').matchAll(/^X\((\d+), (\d+), (\w+)\)/gm)].map(([, code, status, name]) => [
		name!,
		{ code: Number(code), status: Number(status) },
	]),
);

/** The codes that some source adds: the others of the table are kept for what is not built. */
export function codesInUse(): Map<number, number> {
	const rooms = readdirSync(new URL('src', ROOT), { withFileTypes: true }).filter((room) => room.isDirectory());
	const files = rooms.flatMap(({ name }) => readdirSync(new URL(`src/${name}`, ROOT)).map((file) => `${name}/${file}`));
	const text = files.filter((file) => /\.cc?$/.test(file) && !/\/test_/.test(file)).map(source).join('');
	const used = [...CODES].filter(([name]) => new RegExp(`\\bFAULT_${name}\\b`).test(text));
	return new Map(used.map(([, { code, status }]) => [code, status]));
}
