// How many people each business portfolio may still begin with in these 24 hours.
import { Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Budget, budgets } from '../../lib/budgets.ts';
import { locale, number } from '../../lib/format.ts';
import { useSenders } from '../../lib/senders.ts';
import { Section } from '../../parts/Section.tsx';
import { Loading, Trouble } from '../../parts/States.tsx';

const NEARLY = 90; // percent

function Gauge({ budget: { senders, tier, limit, used, left } }: { budget: Budget }) {
	const { t } = useTranslation();
	const percent = limit ? (used / limit) * 100 : 100;
	const names = new Intl.ListFormat(locale(), { type: 'conjunction' }).format(senders);
	return (
		<Paper withBorder p="sm">
			<Stack gap={6}>
				<Group justify="space-between">
					<Text fw={600}>
						<bdi>{names}</bdi>
					</Text>
					<Text size="sm" c="dimmed">
						{tier}
					</Text>
				</Group>
				{limit === null ? (
					<Text size="sm">{t('budgets.no_limit')}</Text>
				) : (
					<>
						<Progress value={percent} color={percent >= NEARLY ? 'red' : 'brand'} aria-label={t('budgets.of', { name: names })} size="lg" />
						<Text size="sm">{t('budgets.used', { used: number(used), limit: number(limit), left: number(left) })}</Text>
					</>
				)}
			</Stack>
		</Paper>
	);
}

export function Budgets() {
	const { t } = useTranslation();
	const { data, isPending, error, refetch } = useSenders();
	return (
		<Section title={t('budgets.title')}>
			{isPending && <Loading />}
			{error && !data && <Trouble error={error} again={refetch} />}
			{data?.length === 0 && <Text c="dimmed">{t('budgets.none')}</Text>}
			{budgets(data ?? []).map((budget) => (
				<Gauge key={budget.senders[0]} budget={budget} />
			))}
		</Section>
	);
}
