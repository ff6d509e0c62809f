import { Button, Group, Menu, Text } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useFilters } from '../lib/address.ts';
import { crier, type Schemas, take } from '../lib/client.ts';
import { number } from '../lib/format.ts';
import { PAGE_SIZE, usePages } from '../lib/pages.ts';
import { useMay } from '../lib/session.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { RowActs } from '../parts/RowActs.tsx';
import { type Column, Rows } from '../parts/Rows.tsx';
import { SearchField } from '../parts/SearchField.tsx';
import { Empty } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import { AudienceNameForm, useDeleteAudience } from './audience/name.tsx';

type Audience = Schemas['Audience'];

const audiencesPage = (search: string) => (token: string | undefined) =>
	take(crier.GET('/v1/audiences', { params: { query: { page_size: PAGE_SIZE, page_token: token, 'filter[search]': search || undefined } } }));

function Acts({ audience, rename }: { audience: Audience; rename: () => void }) {
	const { t } = useTranslation();
	const remove = useDeleteAudience();
	return (
		<RowActs label={t('audiences.acts', { name: audience.name })}>
			<Menu.Item leftSection={<IconPencil size={16} />} onClick={rename}>
				{t('audiences.rename')}
			</Menu.Item>
			<Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => remove(audience)}>
				{t('common.delete')}
			</Menu.Item>
		</RowActs>
	);
}

export default function Audiences() {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const maySend = useMay('sender');
	const [{ search }, setFilters] = useFilters('search');
	const pages = usePages(['audience', 'list', search], audiencesPage(search));
	const [renamed, setRenamed] = useState<Audience | 'new' | null>(null);

	const columns: Column<Audience>[] = [
		{ key: 'name', title: t('audiences.name'), cell: (row) => <bdi>{row.name}</bdi> },
		{ key: 'count', title: t('audiences.contacts'), cell: (row) => number(row.contacts_count), isNumber: true },
		{ key: 'made', title: t('common.made'), cell: (row) => <Time at={row.create_date} />, hide: 'sm' },
		{ key: 'changed', title: t('common.changed'), cell: (row) => <Time at={row.update_date} />, hide: 'md' },
	];
	if (maySend) columns.push({ key: 'acts', title: t('common.acts'), isNarrow: true, cell: (row) => <Acts audience={row} rename={() => setRenamed(row)} /> });

	const create = maySend && (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setRenamed('new')}>
			{t('audiences.create')}
		</Button>
	);
	return (
		<>
			<PageHead title={t('audiences.title')}>{create}</PageHead>
			<Group mb="md">
				<SearchField label={t('audiences.search')} value={search} onChange={(search) => setFilters({ search })} />
			</Group>
			<Rows
				label={t('audiences.title')}
				columns={columns}
				pages={pages}
				open={(row) => go(`/audiences/${row.id}`)}
				empty={search ? <Empty title={t('common.nothing_found')}>{t('common.nothing_found_next')}</Empty> : <Empty title={t('audiences.none')}>{<><Text c="dimmed" ta="center">{t('audiences.none_next')}</Text>{create}</>}</Empty>}
			/>
			<AudienceNameForm audience={renamed} close={() => setRenamed(null)} made={(audience) => go(`/audiences/${audience.id}`)} />
		</>
	);
}
