import { Tabs } from '@mantine/core';
import { IconChartBar, IconHistory, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFilters } from '../lib/address.ts';
import { isOver, useCampaign, useCampaignStream } from '../lib/campaigns.ts';
import { isGone } from '../lib/client.ts';
import { NO_FILTER, RECIPIENT_FILTERS } from '../lib/recipients.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { Loading, Trouble } from '../parts/States.tsx';
import { ActivityLog } from './activity/ActivityLog.tsx';
import { Acts } from './campaign/Acts.tsx';
import { Overview } from './campaign/Overview.tsx';
import { Progress } from './campaign/Progress.tsx';
import { Recipients } from './campaign/Recipients.tsx';
import { Nowhere } from './Nowhere.tsx';

const VIEWS = ['figures', 'recipients', 'log'] as const;
type View = (typeof VIEWS)[number];

export default function Campaign({ id }: { id: string }) {
	const { t } = useTranslation();
	const query = useCampaign(id);
	const [filters, change] = useFilters('view', ...RECIPIENT_FILTERS);
	const campaign = query.data;
	useCampaignStream(id, !campaign || isOver(campaign));
	if (query.isPending) return <Loading />;
	if (!campaign) return isGone(query.error) ? <Nowhere /> : <Trouble error={query.error} again={query.refetch} />;
	const view = VIEWS.find((word) => word === filters.view) ?? 'figures';
	const choose = (next: string | null) => change({ view: next === 'figures' ? '' : (next as View), ...NO_FILTER });
	return (
		<>
			<PageHead title={campaign.name}>
				<Acts campaign={campaign} />
			</PageHead>
			<Progress campaign={campaign} />
			<Tabs value={view} onChange={choose} mt="lg" keepMounted={false}>
				<Tabs.List mb="md">
					<Tabs.Tab value="figures" leftSection={<IconChartBar size={16} aria-hidden />}>
						{t('campaign.figures')}
					</Tabs.Tab>
					<Tabs.Tab value="recipients" leftSection={<IconUsers size={16} aria-hidden />}>
						{t('campaign.recipients')}
					</Tabs.Tab>
					<Tabs.Tab value="log" leftSection={<IconHistory size={16} aria-hidden />}>
						{t('campaign.log')}
					</Tabs.Tab>
				</Tabs.List>
				<Tabs.Panel value="figures">
					<Overview campaign={campaign} />
				</Tabs.Panel>
				<Tabs.Panel value="recipients">
					<Recipients campaign={campaign} filter={filters} change={change} />
				</Tabs.Panel>
				<Tabs.Panel value="log">
					<ActivityLog filter={{ campaign: id }} label={t('campaign.log')} />
				</Tabs.Panel>
			</Tabs>
		</>
	);
}
