// All words of the page: one file a language. A language is its file and a line here.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';

export const languages = {
	en: { name: 'English', dir: 'ltr', load: async () => en },
	ar: { name: 'العربية', dir: 'rtl', load: async () => (await import('./ar.json')).default },
} as const;
export type Language = keyof typeof languages;

declare module 'i18next' {
	interface CustomTypeOptions {
		resources: { translation: typeof en };
	}
}

const STORED = 'crier.language';
const isLanguage = (text: string | null | undefined): text is Language => text !== null && text !== undefined && text in languages;

function wanted(): Language {
	const stored = localStorage.getItem(STORED);
	const first = [stored, ...navigator.languages.map((l) => l.split('-')[0])].find(isLanguage);
	return first ?? 'en';
}

let direction: (typeof languages)[Language]['dir'] = 'ltr';

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** What is put into a sentence of the other direction turns nothing around it; \u2068 lets its first letter choose, \u2066 is left to right. */
function isolated(value: string): string {
	if (RIGHT_TO_LEFT.test(value)) return `\u2068${value}\u2069`;
	return direction === 'rtl' ? `\u2066${value}\u2069` : value;
}

async function load(language: Language) {
	if (!i18next.hasResourceBundle(language, 'translation'))
		i18next.addResourceBundle(language, 'translation', await languages[language].load());
}

function dress(language: Language) {
	direction = languages[language].dir;
	document.documentElement.lang = language;
	document.documentElement.dir = direction;
}

export async function startTexts(language: Language = wanted()): Promise<Language> {
	await i18next.use(initReactI18next).init({
		resources: { en: { translation: en } },
		lng: 'en',
		fallbackLng: 'en',
		interpolation: { escapeValue: true, escape: isolated }, // of markup React keeps it clean
		returnNull: false,
		showSupportNotice: false,
	});
	await load(language);
	await i18next.changeLanguage(language);
	dress(language);
	return language;
}

export async function chooseLanguage(language: Language): Promise<void> {
	await load(language);
	localStorage.setItem(STORED, language);
	dress(language);
	await i18next.changeLanguage(language);
}
