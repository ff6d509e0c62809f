// docs/contract.md against what there is: its tests exist, and no code and no route stands in no row.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT } from './spec.ts';
import { CODES, codesInUse } from './codes.ts';
import { ROUTES } from './things.ts';

const text = readFileSync(new URL('docs/contract.md', ROOT), 'utf8');
const rows = text.split('\n').filter((line) => /^\| (?!rule \|)/.test(line));
const cells = rows.map((row) => row.slice(1, -1).split('|').map((cell) => cell.trim()));

/** Is there a test of this name in this file? In C it is a function that stands in a list of tests, too. */
function exists(file: string, name: string): boolean {
	const path = new URL(file.startsWith('src/') ? file : `tests/e2e/${file}`, ROOT);
	if (!existsSync(path))
		return false;
	const written = readFileSync(path, 'utf8');
	const quoted = [`'${name}'`, `"${name}"`, `\`${name}\``, `'${name.replace(/'/g, "\\'")}'`];
	if (!file.startsWith('src/'))
		return quoted.some((one) => written.replace(/test\(\s+/g, 'test(').includes(`test(${one},`));
	return written.includes(`static void ${name}(void **state)`) && written.split(new RegExp(`\\b${name}\\b`)).length > 2;
}

test('every row has a rule and a test that is there', () => {
	expect(rows.length).toBeGreaterThan(50);
	for (const [i, row] of cells.entries()) {
		expect(row, rows[i]).toHaveLength(3);
		expect(row[0], rows[i]).not.toBe('');
		const proofs = [...row[2]!.matchAll(/`([\w/.]+): ([^`]+)`/g)];
		expect(proofs.length, `no proof: ${rows[i]}`).toBeGreaterThan(0);
		for (const [, file, name] of proofs)
			expect(exists(file!, name!), `there is no test ${file}: ${name}`).toBe(true);
	}
});

test('every code stands in a row, and none that is not there', () => {
	const told = new Set(cells.flatMap((row) => [...row[1]!.matchAll(/\b1\d{3}\b/g)].map(([code]) => Number(code))));
	expect([...codesInUse().keys()].filter((code) => !told.has(code)), 'codes in no row').toEqual([]);
	expect([...told].filter((code) => !codesInUse().has(code)), 'codes that no source adds').toEqual([]);
});

test('what is said to be impossible is what no source adds', () => {
	const said = [...text.matchAll(/\b(1\d{3}) \*cannot occur\*/g)].map(([, code]) => Number(code));
	const idle = [...CODES.values()].map(({ code }) => code).filter((code) => !codesInUse().has(code));
	expect(said.sort()).toEqual(idle.sort());
});

test('every route stands in a row, and none that is not there', () => {
	const told = new Set(cells.flatMap((row) => [...row[1]!.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, route]) => route)));
	const ours = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));
	expect([...ours].filter((route) => !told.has(route)), 'routes in no row').toEqual([]);
	expect([...told].filter((route) => !ours.has(route!)), 'routes that are not there').toEqual([]);
});
