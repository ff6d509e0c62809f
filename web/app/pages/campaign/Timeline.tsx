// Sent, delivered, read and failed over time, as a chart or a table of the same figures, and what happened meanwhile.
import { Group, List, SegmentedControl, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActivity } from '../../lib/activity.ts';
import type { Analytics, Campaign, Interval } from '../../lib/campaigns.ts';
import { moment, number } from '../../lib/format.ts';
import { marks, type Point, points, type TimeText } from '../../lib/timeline.ts';
import { type Column, FewRows } from '../../parts/Rows.tsx';
import { Section } from '../../parts/Section.tsx';
import { Time } from '../../parts/Time.tsx';

const TimelineChart = lazy(() => import('./TimelineChart.tsx'));
const SERIES = ['sent', 'delivered', 'read', 'failed'] as const;
const MAX_LISTED = 200; // rows of the table; a wider interval shows the rest

function PointsTable({ line, at }: { line: Point[]; at: TimeText }) {
	const { t } = useTranslation();
	const columns: Column<Point>[] = [
		{ key: 'time', title: t('timeline.time'), cell: ({ time }) => at(time) },
		...SERIES.map((key): Column<Point> => ({ key, title: t(`states.${key}`), cell: (point) => number(point[key]), isNumber: true })),
	];
	return (
		<>
			<FewRows label={t('timeline.title')} columns={columns} rows={line.slice(0, MAX_LISTED)} rowKey={({ time }) => String(time)} />
			{line.length > MAX_LISTED && (
				<Text size="sm" c="dimmed">
					{t('timeline.more', { n: number(line.length - MAX_LISTED) })}
				</Text>
			)}
		</>
	);
}

export function Timeline({ campaign, analytics, setInterval }: { campaign: Campaign; analytics: Analytics; setInterval: (interval: Interval) => void }) {
	const { t } = useTranslation();
	const [form, setForm] = useState('chart');
	const { rows } = useActivity({ campaign: campaign.id });
	const at: TimeText = (time) => moment(new Date(time), undefined, { seconds: analytics.interval === 'second' });
	const line = points(analytics.timeline, analytics.interval);
	const found = marks(rows, line);
	const aside = (
		<Group gap="sm">
			<SegmentedControl
				size="xs"
				aria-label={t('timeline.interval')}
				value={analytics.interval}
				onChange={(value) => setInterval(value as Interval)}
				data={(['second', 'minute', 'hour', 'day'] as const).map((value) => ({ value, label: t(`timeline.${value}`) }))}
			/>
			<SegmentedControl
				size="xs"
				aria-label={t('timeline.form')}
				value={form}
				onChange={setForm}
				data={(['chart', 'table'] as const).map((value) => ({ value, label: t(`timeline.${value}`) }))}
			/>
		</Group>
	);
	if (line.length === 0)
		return (
			<Section title={t('timeline.title')}>
				<Text c="dimmed" size="sm">
					{t('timeline.none')}
				</Text>
			</Section>
		);
	return (
		<Section title={t('timeline.title')} aside={aside}>
			{form === 'table' ? (
				<PointsTable line={line} at={at} />
			) : (
				<Suspense fallback={<Skeleton height={280} />}>
					<TimelineChart line={line} marks={found} at={at} />
				</Suspense>
			)}
			{found.length > 0 && (
				<List size="sm" aria-label={t('timeline.marks')} listStyleType="none">
					{found.map((mark, at) => (
						<List.Item key={mark.at + mark.action}>
							<Text span size="sm" fw={600}>
								{number(at + 1)}
							</Text>{' '}
							<Time at={mark.at} c="dimmed" /> <bdi>{mark.text}</bdi>
						</List.Item>
					))}
				</List>
			)}
		</Section>
	);
}
