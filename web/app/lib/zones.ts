// Local times and zones, as the server reads them: a time that comes twice is the first, one that the clocks jump over is none.
import { locale } from './format.ts';

const HOUR_MS = 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
	let format = formats.get(zone);
	if (!format) {
		format = new Intl.DateTimeFormat('en-US', {
			timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
		});
		formats.set(zone, format);
	}
	return format;
}

/** What clocks in `zone` show at `at`, read as if it were UTC. */
function shown(at: number, zone: string): number {
	const part = Object.fromEntries(formatOf(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
	return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
}

/** `local` as a form has it, `yyyy-mm-ddThh:mm`. null: there is no such time. */
export function instantOf(local: string, zone: string): Date | null {
	const wanted = Date.parse(`${local}Z`);
	if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local) || Number.isNaN(wanted)) return null;
	let first: number | null = null;
	for (let probe = wanted - 24 * HOUR_MS; probe <= wanted + 24 * HOUR_MS; probe += HOUR_MS) {
		const at = wanted - (shown(probe, zone) - probe);
		if (shown(at, zone) === wanted && (first === null || at < first)) first = at;
	}
	return first === null ? null : new Date(first);
}

/** For a form: what clocks in `zone` show. */
export const localOf = (at: Date, zone: string): string => new Date(shown(Math.floor(at.getTime() / 60_000) * 60_000, zone)).toISOString().slice(0, 16);

/** As the API takes it, beside a `timezone`. */
export const localToServer = (local: string): string => `${local.replace('T', ' ')}:00`;

export function allZones(): string[] {
	const known = Intl.supportedValuesOf('timeZone');
	return known.includes('UTC') ? known : ['UTC', ...known];
}

/** The zone of a country whose clocks all show the same at `at`; null where they do not, or where the browser cannot tell. */
export function zoneOfCountry(country: string, at: Date): string | null {
	const place = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones?: () => string[] | undefined; timeZones?: string[] };
	const zones = place.getTimeZones?.() ?? place.timeZones ?? [];
	const [first] = zones;
	return first && zones.every((zone) => shown(at.getTime(), zone) === shown(at.getTime(), first)) ? first : null;
}

/** With the day of the week, since this is for people who plan. */
export const plannedMoment = (at: Date, zone: string): string =>
	new Intl.DateTimeFormat(locale(), { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(at);
