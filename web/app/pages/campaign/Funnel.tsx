// The figures, each a link to the people behind it.
import { Anchor, Paper, SimpleGrid, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Analytics } from '../../lib/campaigns.ts';
import { number, share } from '../../lib/format.ts';
import { type Group, peopleAt } from '../../lib/recipients.ts';
import { Section } from '../../parts/Section.tsx';
import { type BarState, STATE_COLOR } from '../../theme.ts';

interface Tile {
	key: 'audience' | 'queued' | 'skipped' | 'canceled' | 'unconfirmed' | 'taken' | 'delivered' | 'read' | 'failed';
	count: number;
	group?: Group;
	color?: BarState;
	note?: string;
}

function useTiles({ funnel, rates }: Pick<Analytics, 'funnel' | 'rates'>): Tile[] {
	const { t } = useTranslation();
	const failedLater = funnel.failed - funnel.refused;
	const tiles: Tile[] = [
		{ key: 'audience', count: funnel.audience },
		{ key: 'taken', count: funnel.sent - failedLater, group: 'taken', color: 'sent', note: t('funnel.taken_note') },
		{ key: 'delivered', count: funnel.delivered, group: 'delivered', color: 'delivered', note: t('funnel.of_sent', { share: share(rates.delivered) }) },
		{ key: 'read', count: funnel.read, group: 'read', color: 'read', note: t('funnel.of_delivered', { share: share(rates.read) }) },
		{ key: 'failed', count: funnel.failed, group: 'failed', color: 'failed', note: t('funnel.of_audience', { share: share(rates.failed) }) },
	];
	const rest: Tile[] = [
		{ key: 'queued', count: funnel.queued, group: 'queued', color: 'queued', note: t('funnel.queued_note') },
		{ key: 'skipped', count: funnel.skipped, group: 'skipped', note: t('funnel.skipped_note') },
		{ key: 'canceled', count: funnel.canceled, group: 'canceled', note: t('funnel.canceled_note') },
		{ key: 'unconfirmed', count: funnel.unconfirmed, group: 'unconfirmed', note: t('funnel.unconfirmed_note') },
	];
	return [...tiles, ...rest.filter(({ count }) => count > 0)];
}

export function Funnel({ id, funnel, rates }: { id: string } & Pick<Analytics, 'funnel' | 'rates'>) {
	const { t } = useTranslation();
	const tiles = useTiles({ funnel, rates });
	return (
		<Section title={t('funnel.title')}>
			<SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
				{tiles.map(({ key, count, group, color, note }) => (
					<Paper key={key} withBorder p="sm" style={color && { borderBlockStart: `4px solid ${STATE_COLOR[color]}` }}>
						<Text size="sm" c="dimmed">
							{t(`funnel.${key}`)}
						</Text>
						<Anchor component={Link} href={peopleAt(id, group)} fz="xl" fw={700} aria-label={t('funnel.people', { what: t(`funnel.${key}`), n: number(count) })}>
							{number(count)}
						</Anchor>
						{note && (
							<Text size="xs" c="dimmed">
								{note}
							</Text>
						)}
					</Paper>
				))}
			</SimpleGrid>
		</Section>
	);
}
