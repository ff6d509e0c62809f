import { useState } from 'react';
import type { Campaign, Recipient, State } from './campaigns.ts';
import { address } from './address.ts';
import { crier, take } from './client.ts';
import { type Page, usePages } from './pages.ts';
import { saveFile } from './download.ts';

export interface RecipientFilter {
	state: string; // comma list of states
	code: string; // comma list of codes and rules
	search: string; // the beginning of the number
}

/** The states behind each number that is shown of a campaign. */
export const STATES_OF = {
	queued: ['queued', 'claimed'],
	sent: ['accepted', 'sent'],
	taken: ['accepted', 'sent', 'delivered', 'read'],
	delivered: ['delivered', 'read'],
	read: ['read'],
	failed: ['failed'],
	skipped: ['skipped'],
	canceled: ['canceled'],
	unconfirmed: ['unconfirmed'],
} as const satisfies Record<string, readonly State[]>;
export type Group = keyof typeof STATES_OF;

/** Where the people behind a number are listed. */
export const peopleAt = (campaign: string, group?: Group, code?: string | number) =>
	address(`/campaigns/${campaign}`, { view: 'recipients', state: group && STATES_OF[group].join(','), code });

const query = ({ state, code, search }: RecipientFilter) => ({
	'filter[state]': state || undefined,
	'filter[code]': code || undefined,
	'filter[search]': search || undefined,
});

/** The key is a word of its own: pages that were read stay as they are until asked for anew, whatever the campaign does. */
export const useRecipients = (campaign: string, filter: RecipientFilter) =>
	usePages<Recipient>(['recipient', campaign, filter], (page_token) =>
		take(crier.GET('/v1/campaigns/{campaign}/recipients', { params: { path: { campaign }, query: { page_size: 100, page_token, ...query(filter) } } })) as Promise<Page<Recipient>>,
	);

/** All that fit the filter, as CSV into a file. */
export function useExport(campaign: Pick<Campaign, 'id' | 'name'>, filter: RecipientFilter) {
	const [isPending, setPending] = useState(false);
	const start = async () => {
		setPending(true);
		try {
			const call = crier.GET('/v1/campaigns/{campaign}/recipients', {
				params: { path: { campaign: campaign.id }, query: query(filter) },
				headers: { Accept: 'text/csv' },
				parseAs: 'blob',
			});
			saveFile((await take(call)) as unknown as Blob, `${campaign.name}.csv`);
		} finally {
			setPending(false);
		}
	};
	return { start, isPending };
}
