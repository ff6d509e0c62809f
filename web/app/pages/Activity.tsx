import { Button, Group, MultiSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Activity as Row } from '../lib/activity.ts';
import { useFilters } from '../lib/address.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { Empty } from '../parts/States.tsx';
import { ActivityLog } from './activity/ActivityLog.tsx';

const KINDS = ['campaign', 'sender', 'template', 'audience', 'import', 'contact', 'optout', 'webhook', 'key', 'account'] as const satisfies readonly Row['resource']['type'][];

/** What needs a person's eye, and what a person decided: the rows one looks for first. */
const TROUBLE: readonly Row['action'][] = [
	'campaign_held', 'campaign_braked', 'campaign_slowed', 'sender_held', 'sender_quality', 'sender_warned', 'template_refused', 'template_stopped', 'import_failed', 'webhook_failing', 'account_blocked',
];

export default function Activity() {
	const { t } = useTranslation();
	const [filters, change] = useFilters('kind', 'only');
	const isFiltered = filters.kind !== '' || filters.only !== '';
	const empty = isFiltered ? (
		<Empty title={t('activity.none_fit')}>
			<Button variant="default" onClick={() => change({ kind: '', only: '' })}>
				{t('common.clear_filters')}
			</Button>
		</Empty>
	) : undefined;
	return (
		<>
			<PageHead title={t('activity.title')} />
			<Group mb="sm" gap="sm" align="center">
				<MultiSelect
					aria-label={t('activity.kind')}
					placeholder={filters.kind ? undefined : t('activity.any_kind')}
					data={KINDS.map((value) => ({ value, label: t(`activity.kinds.${value}`) }))}
					value={filters.kind ? filters.kind.split(',') : []}
					onChange={(kinds) => change({ kind: kinds.join(',') })}
					clearable
					clearButtonProps={{ 'aria-label': t('common.clear') }}
					flex="1 1 14rem"
					maw="32rem"
				/>
				<Button
					variant={filters.only ? 'filled' : 'default'}
					aria-pressed={filters.only !== ''}
					onClick={() => change({ only: filters.only ? '' : 'trouble' })}
				>
					{t('activity.only_trouble')}
				</Button>
			</Group>
			<ActivityLog label={t('activity.title')} filter={{ resources: filters.kind, actions: filters.only === 'trouble' ? TROUBLE.join(',') : '' }} empty={empty} />
		</>
	);
}
