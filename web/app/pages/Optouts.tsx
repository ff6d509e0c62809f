import { Button, Group, Menu, Select, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLoss, useSave } from '../lib/acts.ts';
import { useFilters } from '../lib/address.ts';
import { crier, read, type Schemas, take } from '../lib/client.ts';
import { phone } from '../lib/format.ts';
import { PAGE_SIZE, usePages } from '../lib/pages.ts';
import { useMay } from '../lib/session.ts';
import { FormModal } from '../parts/FormModal.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { RowActs } from '../parts/RowActs.tsx';
import { type Column, Rows } from '../parts/Rows.tsx';
import { SearchField } from '../parts/SearchField.tsx';
import { Empty } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';

type Optout = Schemas['Optout'];
const SOURCES = ['inbound', 'whatsapp', 'api'] as const;

const optoutsPage = (search: string, source: string) => (token: string | undefined) =>
	take(
		crier.GET('/v1/optouts', {
			params: {
				query: { page_size: PAGE_SIZE, page_token: token, 'filter[search]': search || undefined, 'filter[source]': source || undefined },
			},
		}),
	);

function AddForm({ close }: { close: () => void }) {
	const { t } = useTranslation();
	const [number, setNumber] = useState('');
	const [text, setText] = useState('');
	const add = useSave({
		save: () => read(crier.POST('/v1/optouts', { body: { data: { number: number.trim(), ...(text.trim() && { text: text.trim() }) } } })),
		old: ['optout'],
		told: (optout) => t('optouts.added', { number: phone(optout.number) }),
		then: close,
	});
	return (
		<FormModal
			close={close}
			title={t('optouts.add')}
			label={t('optouts.add')}
			saving={add}
			isReady={number.trim() !== ''}
			fields={['number', 'text']}
		>
			<Text size="sm">{t('optouts.add_note')}</Text>
			<TextInput
				label={t('contact.number')}
				description={t('contact.number_rule')}
				type="tel"
				dir="ltr"
				maxLength={45}
				value={number}
				onChange={(event) => setNumber(event.currentTarget.value)}
				error={add.faults.number}
				required
				data-autofocus
			/>
			<Textarea
				label={t('optouts.text')}
				description={t('optouts.text_rule')}
				maxLength={1000}
				autosize
				minRows={2}
				dir="auto"
				value={text}
				onChange={(event) => setText(event.currentTarget.value)}
				error={add.faults.text}
			/>
		</FormModal>
	);
}

function useRemove() {
	const { t } = useTranslation();
	const { ask } = useLoss();
	return ({ id, number: digits, source }: Optout) => {
		const number = phone(digits);
		ask({
			title: t('optouts.remove_title', { number }),
			loses: t(source === 'api' ? 'optouts.remove_loses' : 'optouts.remove_loses_theirs'),
			label: t('optouts.remove'),
			deed: () => take(crier.DELETE('/v1/optouts/{optout}', { params: { path: { optout: id } } })),
			old: ['optout'],
			told: () => t('optouts.removed', { number }),
		});
	};
}

export default function Optouts() {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const [{ search, source }, setFilters] = useFilters('search', 'source');
	const pages = usePages(['optout', 'list', search, source], optoutsPage(search, source));
	const [isAdding, setAdding] = useState(false);
	const remove = useRemove();
	const columns: Column<Optout>[] = [
		{ key: 'number', title: t('contact.number'), cell: (row) => <span className="tabular">{phone(row.number)}</span>, width: '12rem' },
		{
			key: 'source',
			title: t('optouts.source'),
			cell: (row) => <Text size="sm">{t(`optouts.sources.${row.source}`)}</Text>,
		},
		{
			key: 'text',
			title: t('optouts.text'),
			hide: 'sm',
			cell: (row) => (
				<Text size="sm" lineClamp={2} title={row.text ?? undefined} style={{ overflowWrap: 'anywhere' }}>
					<bdi>{row.text ?? '—'}</bdi>
				</Text>
			),
		},
		{ key: 'since', title: t('common.since'), cell: (row) => <Time at={row.create_date} />, hide: 'sm' },
	];
	if (maySend)
		columns.push({
			key: 'acts',
			title: t('common.acts'),
			isNarrow: true,
			cell: (row) => (
				<RowActs label={t('contact.acts', { number: phone(row.number) })}>
					<Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => remove(row)}>
						{t('optouts.remove')}
					</Menu.Item>
				</RowActs>
			),
		});
	const add = maySend && (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
			{t('optouts.add')}
		</Button>
	);
	return (
		<>
			<PageHead title={t('optouts.title')}>{add}</PageHead>
			<Text mb="md" c="dimmed">
				{t('optouts.note')}
			</Text>
			<Group mb="md">
				<SearchField label={t('optouts.search')} value={search} onChange={(search) => setFilters({ search: search.replaceAll(/\D/g, '') })} />
				<Select
					aria-label={t('optouts.source')}
					placeholder={t('optouts.any_source')}
					data={SOURCES.map((value) => ({ value, label: t(`optouts.sources.${value}`) }))}
					value={source || null}
					onChange={(value) => setFilters({ source: value ?? '' })}
					clearable
					clearButtonProps={{ 'aria-label': t('common.clear') }}
				/>
			</Group>
			<Rows
				label={t('optouts.title')}
				columns={columns}
				pages={pages}
				empty={
					search || source ? (
						<Empty title={t('common.nothing_found')}>{t('common.nothing_found_next')}</Empty>
					) : (
						<Empty title={t('optouts.none')}>
							<Text c="dimmed" ta="center">
								{t('optouts.none_next')}
							</Text>
							{add}
						</Empty>
					)
				}
			/>
			{isAdding && <AddForm close={() => setAdding(false)} />}
		</>
	);
}
