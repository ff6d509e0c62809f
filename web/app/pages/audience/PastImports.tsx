// What was imported into an audience before, the latest first.
import { Box, Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { number } from '../../lib/format.ts';
import { type Column, FewRows } from '../../parts/Rows.tsx';
import { Section } from '../../parts/Section.tsx';
import { Trouble } from '../../parts/States.tsx';
import { Time } from '../../parts/Time.tsx';
import { type ImportRow, isOver, useImports } from './imports.ts';

export function PastImports({ audience, shown, open }: { audience: string; shown: string[]; open: (id: string) => void }) {
	const { t } = useTranslation();
	const pages = useImports(audience);
	const rows = pages.rows.filter(isOver);
	const columns: Column<ImportRow>[] = [
		{ key: 'time', title: t('import.time'), cell: (row) => <Time at={row.create_date} /> },
		{ key: 'status', title: t('import.state'), cell: (row) => t(`import.status.${row.status}`) },
		{ key: 'rows', title: t('import.rows'), cell: (row) => number(row.rows), isNumber: true, hide: 'sm' },
		{ key: 'added', title: t('import.added'), cell: (row) => number(row.added), isNumber: true, hide: 'sm' },
		{ key: 'updated', title: t('import.updated'), cell: (row) => number(row.updated), isNumber: true, hide: 'sm' },
		{ key: 'invalid', title: t('import.invalid'), cell: (row) => number(row.invalid), isNumber: true },
		{
			key: 'acts',
			title: t('import.show'),
			isNarrow: true,
			cell: (row) => (
				<Button size="xs" variant="default" disabled={shown.includes(row.id)} onClick={() => open(row.id)}>
					{t('import.show')}
				</Button>
			),
		},
	];
	if (pages.isError) return <Trouble error={pages.error} again={pages.refetch} />;
	if (rows.length === 0) return null;
	return (
		<Box mb="xl">
			<Section title={t('import.past')}>
				<FewRows label={t('import.past')} columns={columns} rows={rows} rowKey={({ id }) => id} />
				{pages.hasNextPage && (
					<Button variant="default" size="xs" style={{ alignSelf: 'start' }} loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
						{t('import.older')}
					</Button>
				)}
				{pages.total !== null && pages.total > rows.length && (
					<Text size="sm" c="dimmed">
						{t('common.rows', { shown: number(rows.length), total: number(pages.total) })}
					</Text>
				)}
			</Section>
		</Box>
	);
}
