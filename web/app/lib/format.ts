// Numbers and times for a reader: in the viewer's locale and zone. The server speaks UTC, `yyyy-mm-dd hh:mm:ss`.
import i18next from 'i18next';

/** Making one of Intl's takes longer than a row of a table may. */
const made = new Map<string, unknown>();
function once<F, O>(kind: new (locale: string, options: O) => F, options: O, of = locale()): F {
	const key = `${kind.name} ${of} ${JSON.stringify(options)}`;
	if (!made.has(key)) made.set(key, new kind(of, options));
	return made.get(key) as F;
}

/** The viewer's own locale as long as it is of the chosen language, so that its date order stays; digits and calendar are those of phone numbers and of forms. */
export function locale(): string {
	const chosen = i18next.language || 'en';
	const own = navigator.languages?.find((l) => l.split('-')[0] === chosen) ?? chosen;
	return once(Intl.Locale, { numberingSystem: 'latn', calendar: 'gregory' }, own).toString();
}

const numbers = (options: Intl.NumberFormatOptions = {}) => once(Intl.NumberFormat, options);
const times = (options: Intl.DateTimeFormatOptions) => once(Intl.DateTimeFormat, options);

export const fromServer = (text: string): Date => new Date(`${text.replace(' ', 'T')}Z`);
export const toServer = (date: Date): string => date.toISOString().slice(0, 19).replace('T', ' ');

export const number = (n: number): string => numbers().format(n);
/** Messages a second: below ten a tenth matters. */
export const pace = (rate: number): string => numbers({ maximumFractionDigits: rate < 10 ? 1 : 0 }).format(rate);
export const share = (part: number, digits = 1): string =>
	numbers({ style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(part);

/** Of a file: in the unit that a reader takes in at a glance. */
export function bytes(n: number): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
	const at = Math.min(units.length - 1, n < 1000 ? 0 : Math.floor(Math.log10(n) / 3));
	return numbers({ style: 'unit', unit: units[at], unitDisplay: 'narrow', maximumFractionDigits: 1 }).format(n / 1000 ** at);
}

const sameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString();

/** Short: the hour alone today, with the day otherwise. */
export function moment(date: Date, now = new Date(), { seconds = false } = {}): string {
	const day: Intl.DateTimeFormatOptions = sameDay(date, now)
		? {}
		: { day: 'numeric', month: 'short', ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }) };
	return times({ ...day, hour: '2-digit', minute: '2-digit', ...(seconds && { second: '2-digit' }) }).format(date);
}

export const wholeMoment = (date: Date, timeZone?: string): string =>
	times({ dateStyle: 'medium', timeStyle: 'medium', timeZone }).format(date);

export const country = (code: string | null): string =>
	code === null ? '—' : (once(Intl.DisplayNames, { type: 'region' }).of(code) ?? code);

/** `+44 7400 …` is not ours to guess: digits with a plus, isolated so that right-to-left text does not turn them around. */
export const phone = (digits: string): string => `\u2066+${digits}\u2069`;

export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
