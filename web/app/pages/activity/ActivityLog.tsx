// Who did what, and when.
import { Anchor, Group, Text } from '@mantine/core';
import { IconBrandWhatsapp, IconKey, IconServer } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { type Activity, type ActivityFilter, placeOf, useActivity } from '../../lib/activity.ts';
import { type Column, Rows } from '../../parts/Rows.tsx';
import { Empty } from '../../parts/States.tsx';
import { Time } from '../../parts/Time.tsx';

const ACTOR_ICON = { key: IconKey, server: IconServer, whatsapp: IconBrandWhatsapp };

function Actor({ actor }: { actor: Activity['actor'] }) {
	const { t } = useTranslation();
	const Icon = ACTOR_ICON[actor.type];
	return (
		<Group gap={6} wrap="nowrap">
			<Icon size={16} aria-hidden style={{ flexShrink: 0 }} />
			<Text size="sm" style={{ overflowWrap: 'anywhere' }}>
				{actor.type === 'key' ? <bdi>{actor.name ?? t('activity.key')}</bdi> : t(`activity.${actor.type}`)}
			</Text>
		</Group>
	);
}

function Place({ resource, word }: { resource: Activity['resource']; word: string }) {
	const place = placeOf(resource);
	if (!place) return word;
	return (
		<Anchor component={Link} href={place} size="sm">
			{word}
		</Anchor>
	);
}

export function ActivityLog({ filter, label, empty }: { filter: ActivityFilter; label: string; empty?: ReactNode }) {
	const { t } = useTranslation();
	const pages = useActivity(filter);
	const columns: Column<Activity>[] = [
		{ key: 'time', title: t('activity.when'), cell: (row) => <Time at={row.create_date} fz="sm" />, width: '7.5rem' },
		{ key: 'who', title: t('activity.who'), cell: (row) => <Actor actor={row.actor} />, width: '20%', hide: 'sm' },
		{
			key: 'what',
			title: t('activity.what'),
			cell: (row) => (
				<Text size="sm" style={{ overflowWrap: 'anywhere' }}>
					<bdi>{row.text}</bdi>
				</Text>
			),
		},
	];
	if (!filter.campaign)
		columns.push({
			key: 'of',
			title: t('activity.of'),
			cell: ({ resource }) => <Place resource={resource} word={t(`activity.kinds.${resource.type}`)} />,
			width: '9rem',
			hide: 'sm',
		});
	return <Rows label={label} columns={columns} pages={pages} empty={empty ?? <Empty title={t('activity.none')}>{t('activity.none_next')}</Empty>} />;
}
