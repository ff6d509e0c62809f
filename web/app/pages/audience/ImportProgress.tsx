// How far an import is, what came of it, and the lines that could not be taken.
import { Alert, Badge, Button, CloseButton, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLoss } from '../../lib/acts.ts';
import { crier, take } from '../../lib/client.ts';
import { country, number, share } from '../../lib/format.ts';
import { Facts } from '../../parts/Facts.tsx';
import { FileLink } from '../../parts/FileLink.tsx';
import { type Column, FewRows } from '../../parts/Rows.tsx';
import { Loading, Trouble } from '../../parts/States.tsx';
import { type Import, isOver, useImport } from './imports.ts';

type Rejected = Import['rejected'][number];
const COLORS = { waiting: 'gray', running: 'blue', completed: 'green', failed: 'red', canceled: 'yellow' } as const;

function Counts({ job }: { job: Import }) {
	const { t } = useTranslation();
	return (
		<Facts
			facts={[
				[t('import.rows'), number(job.rows)],
				[t('import.added'), number(job.added)],
				[t('import.updated'), number(job.updated)],
				[t('import.duplicates'), number(job.duplicates)],
				[t('import.invalid'), number(job.invalid)],
			]}
		/>
	);
}

function RejectedLines({ job }: { job: Import }) {
	const { t } = useTranslation();
	const columns: Column<Rejected>[] = [
		{ key: 'line', title: t('import.line'), cell: (row) => number(row.line), isNumber: true, width: '5rem' },
		{ key: 'number', title: t('import.number'), cell: (row) => <bdi dir="ltr">{row.number || '—'}</bdi> },
		{ key: 'reason', title: t('import.reason'), cell: (row) => row.reason },
	];
	return (
		<>
			<Group justify="space-between">
				<Title order={3} size="h5">
					{t('import.rejected', { count: job.invalid, n: number(job.invalid) })}
				</Title>
				<FileLink size="xs" href={`/v1/imports/${job.id}?format=csv`}>
					{t('import.save_rejected')}
				</FileLink>
			</Group>
			{job.invalid > job.rejected.length && (
				<Text size="sm" c="dimmed">
					{t('import.rejected_first', { n: number(job.rejected.length) })}
				</Text>
			)}
			<div className="low-rows" tabIndex={0} role="region" aria-label={t('import.rejected_label')}>
				<FewRows label={t('import.rejected_label')} columns={columns} rows={job.rejected} rowKey={(row) => String(row.line)} />
			</div>
		</>
	);
}

function Stop({ job }: { job: Import }) {
	const { t } = useTranslation();
	const { ask, isBusy } = useLoss();
	const stop = () =>
		ask({
			title: t('import.stop_title'),
			loses: t('import.stop_loses'),
			label: t('import.stop'),
			deed: () => take(crier.DELETE('/v1/imports/{import}', { params: { path: { import: job.id } } })),
			old: ['import'],
		});
	return (
		<Button size="xs" variant="default" leftSection={<IconPlayerStop size={14} />} onClick={stop} loading={isBusy}>
			{t('import.stop')}
		</Button>
	);
}

interface ImportProgressProps {
	id: string;
	mayStop: boolean;
	dismiss?: () => void;
}

export function ImportProgress({ id, mayStop, dismiss }: ImportProgressProps) {
	const { t } = useTranslation();
	const query = useImport(id);
	if (query.isPending) return <Loading />;
	if (!query.data) return <Trouble error={query.error} again={query.refetch} />;
	const job = query.data;
	return (
		<Paper withBorder p="md" mb="md" component="section" aria-label={t('import.title')}>
			<Stack>
				<Group justify="space-between">
					<Group gap="sm">
						<Title order={2} size="h4">
							{t('import.title')}
						</Title>
						<Badge color={COLORS[job.status]} role="status">
							{t(`import.status.${job.status}`)}
						</Badge>
						{job.region && <Text size="sm">{t('import.of_region', { country: country(job.region) })}</Text>}
					</Group>
					{!isOver(job) && mayStop && <Stop job={job} />}
					{isOver(job) && dismiss && <CloseButton onClick={dismiss} aria-label={t('import.dismiss')} />}
				</Group>
				{!isOver(job) && (
					<Group wrap="nowrap">
						<Progress value={job.progress * 100} size="lg" flex={1} aria-label={t('import.progress')} transitionDuration={300} />
						<Text className="tabular">{share(job.progress, 0)}</Text>
					</Group>
				)}
				{job.error && (
					<Alert color="red" role="alert">
						{job.error}
					</Alert>
				)}
				<Counts job={job} />
				{isOver(job) && job.invalid > 0 && <RejectedLines job={job} />}
			</Stack>
		</Paper>
	);
}
