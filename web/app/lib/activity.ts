import { crier, type Schemas, take } from './client.ts';
import { usePages } from './pages.ts';

export type Activity = Schemas['Activity'];

export interface ActivityFilter {
	campaign?: string; // its id
	actions?: string; // comma list
	resources?: string; // comma list of kinds
}

/** What was done, newest first. */
export const useActivity = (filter: ActivityFilter) =>
	usePages<Activity>(['activity', filter], (page_token) =>
		take(
			crier.GET('/v1/activity', {
				params: {
					query: {
						page_size: 100,
						page_token,
						'filter[campaign]': filter.campaign || undefined,
						'filter[action]': filter.actions || undefined,
						'filter[resource]': filter.resources || undefined,
					},
				},
			}),
		),
	);

/** Where the thing is shown; none when it has no page, or is gone. */
export function placeOf({ type, id }: Activity['resource']): string | undefined {
	switch (type) {
		case 'campaign':
			return id ? `/campaigns/${id}` : undefined;
		case 'template':
			return id ? `/templates/${id}` : undefined;
		case 'audience':
			return id ? `/audiences/${id}` : undefined;
		case 'sender':
			return '/senders';
		case 'optout':
			return '/optouts';
		case 'webhook':
			return '/webhooks';
		case 'key':
			return '/keys';
		default:
			return undefined;
	}
}
