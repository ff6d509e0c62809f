import { SimpleGrid, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Campaign, type Interval, useFittingAnalytics } from '../../lib/campaigns.ts';
import { Empty, Loading, Trouble } from '../../parts/States.tsx';
import { Countries, Failures, Replies } from './Breakdowns.tsx';
import { Funnel } from './Funnel.tsx';
import { Losses } from './Losses.tsx';
import { Timeline } from './Timeline.tsx';

/** What became of the campaign, in figures. */
export function Overview({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const [interval, setInterval] = useState<Interval | null>(null);
	const query = useFittingAnalytics(campaign.id, interval);
	const analytics = query.data;
	if (query.isPending) return <Loading />;
	if (!analytics) return <Trouble error={query.error} again={query.refetch} />;
	if (analytics.funnel.audience === 0)
		return <Empty title={t('campaign.no_figures')}>{campaign.status === 'scheduled' ? t('campaign.no_figures_scheduled') : t('campaign.no_figures_empty')}</Empty>;
	return (
		<Stack gap="xl">
			{query.isError && <Trouble error={query.error} again={query.refetch} />}
			<Funnel id={campaign.id} funnel={analytics.funnel} rates={analytics.rates} />
			<Losses id={campaign.id} analytics={analytics} />
			<Timeline campaign={campaign} analytics={analytics} setInterval={setInterval} />
			<Failures id={campaign.id} failures={analytics.failures} />
			<SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
				<Countries id={campaign.id} countries={analytics.countries} />
				<Replies id={campaign.id} replies={analytics.button_replies} />
			</SimpleGrid>
		</Stack>
	);
}
