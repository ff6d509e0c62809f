import { Anchor, Box, Button, Chip, Group, Select, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useFilters } from '../lib/address.ts';
import { type Campaign, rateNow, useCampaigns } from '../lib/campaigns.ts';
import { number, pace } from '../lib/format.ts';
import { useSenders } from '../lib/senders.ts';
import { useMay } from '../lib/session.ts';
import { useShortcut } from '../lib/shortcuts.ts';
import { MessagesBar } from '../parts/Bar.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { type Column, Rows } from '../parts/Rows.tsx';
import { SearchField } from '../parts/SearchField.tsx';
import { StandingBadge } from '../parts/StandingBadge.tsx';
import { Empty } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';

const STATUSES = ['scheduled', 'in_progress', 'completed', 'canceled'] as const;

function useColumns(): Column<Campaign>[] {
	const { t } = useTranslation();
	return [
		{
			key: 'name',
			title: t('campaigns.name'),
			cell: (campaign) => (
				<Stack gap={4}>
					<Anchor component={Link} href={`/campaigns/${campaign.id}`} onClick={(event: MouseEvent) => event.stopPropagation()} style={{ overflowWrap: 'anywhere' }}>
						<bdi>{campaign.name}</bdi>
					</Anchor>
					<Text size="xs" c="dimmed">
						<bdi>{campaign.sender}</bdi>
					</Text>
					<Box hiddenFrom="sm">
						<MessagesBar messages={campaign.messages} />
					</Box>
				</Stack>
			),
		},
		{ key: 'status', title: t('campaigns.status'), cell: (campaign) => <StandingBadge campaign={campaign} /> },
		{ key: 'messages', title: t('campaigns.messages'), width: '22%', cell: (campaign) => <MessagesBar messages={campaign.messages} />, hide: 'sm' },
		{ key: 'total', title: t('campaigns.people'), cell: ({ messages }) => (messages.total > 0 ? number(messages.total) : '—'), isNumber: true, hide: 'md' },
		{ key: 'rate', title: t('campaigns.rate'), cell: (campaign) => <Rate campaign={campaign} />, isNumber: true, hide: 'md' },
		{ key: 'end', title: t('campaigns.end'), cell: (campaign) => <End campaign={campaign} />, width: '9rem', hide: 'sm' },
		{ key: 'start', title: t('campaigns.start'), cell: ({ start_date, schedule }) => <Time at={start_date ?? schedule} fz="sm" />, width: '8rem', hide: 'md' },
	];
}

function Rate({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const rate = rateNow(campaign);
	return rate === null ? '—' : t('campaigns.per_second', { rate: pace(rate) });
}

function End({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	if (campaign.end_date) return <Time at={campaign.end_date} fz="sm" />;
	return (
		<Text span size="sm" c="dimmed">
			{campaign.expected_end ? t('campaigns.expected') : ''} <Time at={campaign.expected_end} />
		</Text>
	);
}

function NoCampaigns({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	if (isFiltered)
		return (
			<Empty title={t('campaigns.none_fit')}>
				<Button variant="default" onClick={clear}>
					{t('common.clear_filters')}
				</Button>
			</Empty>
		);
	return (
		<Empty title={t('campaigns.none')}>
			<Text c="dimmed" ta="center">
				{maySend ? t('campaigns.none_next') : t('campaigns.none_viewer')}
			</Text>
			{maySend && (
				<Button component={Link} href="/campaigns/new">
					{t('campaigns.new')}
				</Button>
			)}
		</Empty>
	);
}

export default function Campaigns() {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const [filters, change] = useFilters('search', 'status', 'sender');
	const maySend = useMay('sender');
	const senders = useSenders();
	const pages = useCampaigns({ search: filters.search, statuses: filters.status, senders: filters.sender });
	const columns = useColumns();
	const clear = () => change({ search: '', status: '', sender: '' });
	useShortcut('n', () => maySend && go('/campaigns/new'));
	return (
		<>
			<PageHead title={t('campaigns.title')}>
				{maySend && (
					<Button component={Link} href="/campaigns/new" leftSection={<IconPlus size={16} aria-hidden />}>
						{t('campaigns.new')}
					</Button>
				)}
			</PageHead>
			<Group mb="sm" gap="sm" role="search">
				<SearchField label={t('campaigns.search')} value={filters.search} onChange={(search) => change({ search })} />
				<Select
					aria-label={t('campaigns.sender')}
					placeholder={t('campaigns.any_sender')}
					data={senders.data?.map((sender) => sender.name) ?? []}
					value={filters.sender || null}
					onChange={(name) => change({ sender: name ?? '' })}
					clearable
					clearButtonProps={{ 'aria-label': t('common.clear') }}
					searchable
					flex="1 1 10rem"
					maw="16rem"
				/>
				<Chip.Group multiple value={filters.status ? filters.status.split(',') : []} onChange={(picked) => change({ status: STATUSES.filter((word) => picked.includes(word)).join(',') })}>
					<Group gap={6} role="group" aria-label={t('campaigns.status')}>
						{STATUSES.map((word) => (
							<Chip key={word} value={word} size="sm" variant="outline">
								{t(`campaigns.statuses.${word}`)}
							</Chip>
						))}
					</Group>
				</Chip.Group>
			</Group>
			<Rows
				label={t('campaigns.title')}
				columns={columns}
				pages={pages}
				open={(campaign) => go(`/campaigns/${campaign.id}`)}
				empty={<NoCampaigns isFiltered={Object.values(filters).some(Boolean)} clear={clear} />}
			/>
		</>
	);
}
