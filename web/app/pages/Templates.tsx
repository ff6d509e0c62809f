import { Button, Group, Menu, Select, Stack, Text } from '@mantine/core';
import { IconPencil, IconPlus, IconRefresh, IconSpeakerphone, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { address, useFilters } from '../lib/address.ts';
import { crier, read, take } from '../lib/client.ts';
import { locale, number } from '../lib/format.ts';
import { PAGE_SIZE, usePages } from '../lib/pages.ts';
import { useMay } from '../lib/session.ts';
import type { Template } from '../lib/template.ts';
import { tellDone, tellTrouble } from '../parts/confirm.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { RowActs } from '../parts/RowActs.tsx';
import { type Column, Rows } from '../parts/Rows.tsx';
import { SearchField } from '../parts/SearchField.tsx';
import { Empty } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import { languageName, Quality, useDeleteTemplate, Verdict } from './template/verdict.tsx';

const STATUSES = ['IN_PROCESS', 'COMPLETED', 'CANCELED'] as const;

const templatesPage = (name: string, status: string) => (token: string | undefined) =>
	take(crier.GET('/v1/templates', { params: { query: { page_size: PAGE_SIZE, page_token: token, 'filter[name]': name || undefined, 'filter[status]': status || undefined } } }));

function Acts({ template }: { template: Template }) {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const remove = useDeleteTemplate();
	const isJudged = template.status !== 'IN_PROCESS';
	return (
		<RowActs label={t('templates.acts', { name: template.name })}>
			<Menu.Item leftSection={<IconPencil size={16} />} onClick={() => go(`/templates/${template.id}`)}>
				{t('templates.open')}
			</Menu.Item>
			{template.status === 'COMPLETED' && (
				<Menu.Item leftSection={<IconSpeakerphone size={16} />} onClick={() => go(address('/campaigns/new', { template: template.id }))}>
					{t('templates.use')}
				</Menu.Item>
			)}
			<Menu.Item color="red" leftSection={<IconTrash size={16} />} disabled={!isJudged} onClick={() => remove(template)}>
				{isJudged ? t('common.delete') : t('templates.delete_later')}
			</Menu.Item>
		</RowActs>
	);
}

function SyncButton() {
	const { t } = useTranslation();
	const cache = useQueryClient();
	const sync = useMutation({
		mutationFn: () => read(crier.POST('/v1/templates/sync', { body: { data: {} } })),
		onSuccess: ({ found, added, updated, removed, not_sendable }) => {
			tellDone(t('templates.synced', { found: number(found), added: number(added), updated: number(updated), removed: number(removed), unsendable: number(not_sendable) }));
			void cache.invalidateQueries({ queryKey: ['template'] });
		},
		onError: tellTrouble,
	});
	return (
		<Button variant="default" leftSection={<IconRefresh size={16} />} loading={sync.isPending} onClick={() => sync.mutate()}>
			{t('templates.sync')}
		</Button>
	);
}

function Name({ template }: { template: Template }) {
	return (
		<>
			<bdi>{template.name}</bdi>
			{template.reason && (
				<Text size="sm" c="dimmed" lineClamp={2} title={template.reason} maw="28rem">
					{template.reason}
				</Text>
			)}
		</>
	);
}

export default function Templates() {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const maySend = useMay('sender');
	const [{ name, status }, setFilters] = useFilters('name', 'status');
	const pages = usePages(['template', 'list', name, status], templatesPage(name, status));

	const columns: Column<Template>[] = [
		{ key: 'name', title: t('templates.name'), cell: (row) => <Name template={row} /> },
		{ key: 'status', title: t('templates.verdict'), cell: (row) => <Verdict template={row} /> },
		{ key: 'quality', title: t('templates.quality_title'), cell: (row) => <Quality quality={row.quality} />, hide: 'md' },
		{ key: 'category', title: t('templates.category'), cell: (row) => t(`templates.categories.${row.wa_category as 'MARKETING'}`, row.wa_category), hide: 'md' },
		{ key: 'language', title: t('templates.language'), cell: (row) => languageName(row.language, locale()), hide: 'md' },
		{ key: 'changed', title: t('common.changed'), cell: (row) => <Time at={row.update_date} />, hide: 'sm' },
	];
	if (maySend) columns.push({ key: 'acts', title: t('common.acts'), isNarrow: true, cell: (row) => <Acts template={row} /> });

	const create = maySend && (
		<Button leftSection={<IconPlus size={16} />} onClick={() => go('/templates/new')}>
			{t('templates.create')}
		</Button>
	);
	const sync = maySend && <SyncButton />;
	const none = (
		<Empty title={t('templates.none')}>
			<Stack align="center">
				<Text c="dimmed" ta="center">
					{t('templates.none_next')}
				</Text>
				<Group justify="center">
					{create}
					{sync}
				</Group>
			</Stack>
		</Empty>
	);
	return (
		<>
			<PageHead title={t('templates.title')}>
				{sync}
				{create}
			</PageHead>
			<Group mb="md">
				<SearchField label={t('templates.search')} value={name} onChange={(name) => setFilters({ name })} />
				<Select
					aria-label={t('templates.verdict')}
					placeholder={t('templates.any_status')}
					data={STATUSES.map((value) => ({ value, label: t(`templates.status.${value}`) }))}
					value={status || null}
					onChange={(value) => setFilters({ status: value ?? '' })}
					clearable
					clearButtonProps={{ 'aria-label': t('common.clear') }}
					maw="14rem"
				/>
			</Group>
			<Rows
				label={t('templates.title')}
				columns={columns}
				pages={pages}
				open={(row) => go(`/templates/${row.id}`)}
				empty={name || status ? <Empty title={t('common.nothing_found')}>{t('common.nothing_found_next')}</Empty> : none}
			/>
		</>
	);
}
