// Every language says what the English page says: nothing is missing, nothing is left over, nothing is left in English.
import i18next from 'i18next';
import { describe, expect, test } from 'vitest';
import en from './en.json';
import { chooseLanguage, languages, startTexts } from './index.ts';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ''): [key: string, text: string][] {
	return Object.entries(tree).flatMap(([key, value]): [string, string][] => (typeof value === 'string' ? [[path + key, value]] : flat(value, `${path}${key}.`)));
}

const english = new Map(flat(en));
const ONE = /_one$/;
const counted = new Set([...english.keys()].filter((key) => ONE.test(key)).map((key) => key.replace(ONE, '')));

/** What is said of a count, without the form; null: no count chooses it. */
function countedBy(key: string): string | null {
	const base = key.replace(/_(zero|one|two|few|many|other)$/, '');
	return counted.has(base) ? base : null;
}

const formsOf = (language: string) => new Intl.PluralRules(language).resolvedOptions().pluralCategories;
const keysIn = (language: string) =>
	[...english.keys()].flatMap((key) => {
		const base = countedBy(key);
		return base === null ? [key] : ONE.test(key) ? formsOf(language).map((form) => `${base}_${form}`) : [];
	});

const placeholders = (text: string) => [...text.matchAll(/{{-?\s*(\w+)/g)].map(([, name]) => name!).sort();
const THE_NUMBER = ['n', 'count'];
const SAYS_IT_ITSELF = /_(zero|one|two)$/; // "one contact" needs no figure

const SAME_EVERYWHERE = [
	'contact.custom1', // names of columns and of placeholders
	'contact.custom2',
];
const hasWords = (text: string) => /\p{L}/u.test(text.replace(/{{.*?}}/g, ''));

describe.each(Object.keys(languages).filter((language) => language !== 'en') as (keyof typeof languages)[])('%s', async (language) => {
	const texts = new Map(flat((await languages[language].load()) as Tree));

	test('it has the texts of English, in its own forms of plural', () => {
		expect([...texts.keys()].sort()).toEqual(keysIn(language).sort());
	});

	test('each has the placeholders of the English one', () => {
		for (const [key, text] of texts) {
			const base = countedBy(key);
			const wanted = placeholders(english.get(base === null ? key : `${base}_other`) ?? '');
			const found = placeholders(text);
			const left = SAYS_IT_ITSELF.test(key) && base !== null ? wanted.filter((name) => !THE_NUMBER.includes(name) || found.includes(name)) : wanted;
			expect(found, key).toEqual(left);
		}
	});

	test('none is empty, none is left in English', () => {
		for (const [key, text] of texts) {
			expect(text.trim(), key).not.toBe('');
			if (!SAME_EVERYWHERE.includes(key) && hasWords(text)) expect(text, key).not.toBe(english.get(key));
		}
	});
});

test('a name of the other direction turns nothing around it, and a number chooses its words', async () => {
	await startTexts('en');
	const deleted = (name: string) => i18next.t('keys.deleted', { name });
	expect(deleted('Shop (EU)')).toBe('Shop (EU) is deleted.');
	expect(deleted('متجر 2')).toBe('\u2068متجر 2\u2069 is deleted.');
	await chooseLanguage('ar');
	expect(deleted('Shop (EU)')).toContain('\u2066Shop (EU)\u2069');
	const contacts = [0, 1, 2, 3, 11, 100].map((n) => i18next.t('audience.contacts', { count: n, n }));
	expect(contacts).toEqual(['لا جهات اتصال', 'جهة اتصال واحدة', 'جهتا اتصال', ...['3 جهات', '11 جهة', '100 جهة'].map((some) => `\u2066${some.replace(' ', '\u2069 ')} اتصال`)]);
});
