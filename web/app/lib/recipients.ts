import type { Recipient, State } from './campaigns.ts';
import { address } from './address.ts';
import { crier, take } from './client.ts';
import { type Page, usePages } from './pages.ts';

/** As it stands in the address of the page: '' where one is not set. */
export interface RecipientFilter {
	state: string; // comma list of states
	code: string; // comma list of codes and rules
	country: string; // comma list; NO_COUNTRY too
	button: string; // the payload of the one that was tapped
	search: string; // the beginning of the number
}
export const RECIPIENT_FILTERS = ['state', 'code', 'country', 'button', 'search'] as const;
export const NO_FILTER: RecipientFilter = { state: '', code: '', country: '', button: '', search: '' };
export const NO_COUNTRY = 'none'; // numbers of no one country

/** The states behind each number that is shown of a campaign. */
export const STATES_OF = {
	queued: ['queued', 'claimed'],
	sent: ['accepted', 'sent'],
	taken: ['accepted', 'sent', 'delivered', 'read'],
	delivered: ['delivered', 'read'],
	unread: ['delivered'],
	read: ['read'],
	failed: ['failed'],
	skipped: ['skipped'],
	canceled: ['canceled'],
	unconfirmed: ['unconfirmed'],
} as const satisfies Record<string, readonly State[]>;
export type Group = keyof typeof STATES_OF;

/** Where the people behind a number are listed. */
export const peopleAt = (campaign: string, group?: Group, more: Partial<Omit<RecipientFilter, 'state'>> = {}) =>
	address(`/campaigns/${campaign}`, { view: 'recipients', state: group && STATES_OF[group].join(','), ...more });

const query = (filter: RecipientFilter) =>
	Object.fromEntries(RECIPIENT_FILTERS.filter((name) => filter[name]).map((name) => [`filter[${name}]` as const, filter[name]]));

/** The key is a word of its own: pages that were read stay as they are until asked for anew, whatever the campaign does. */
export const useRecipients = (campaign: string, filter: RecipientFilter) =>
	usePages<Recipient>(['recipient', campaign, filter], (page_token) =>
		take(crier.GET('/v1/campaigns/{campaign}/recipients', { params: { path: { campaign }, query: { page_size: 100, page_token, ...query(filter) } } })) as Promise<Page<Recipient>>,
	);

/** All that fit the filter, as a file. */
export const exportAt = (campaign: string, filter: RecipientFilter) =>
	`/v1/campaigns/${campaign}/recipients?${new URLSearchParams({ format: 'csv', ...query(filter) })}`;
