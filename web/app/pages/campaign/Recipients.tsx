// The people of the campaign, and why each message stands where it stands.
import { Button, Group, MultiSelect, Select, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Campaign, type Recipient, type State, useAnalytics } from '../../lib/campaigns.ts';
import { country, phone } from '../../lib/format.ts';
import { exportAt, NO_COUNTRY, NO_FILTER, type RecipientFilter, useRecipients } from '../../lib/recipients.ts';
import { FileLink } from '../../parts/FileLink.tsx';
import { type Column, Rows } from '../../parts/Rows.tsx';
import { SearchField } from '../../parts/SearchField.tsx';
import { StateMark } from '../../parts/StateMark.tsx';
import { Empty } from '../../parts/States.tsx';
import { Time } from '../../parts/Time.tsx';
import { RecipientDetail } from './RecipientDetail.tsx';

const STATES: readonly State[] = ['queued', 'claimed', 'unconfirmed', 'accepted', 'sent', 'delivered', 'read', 'failed', 'skipped', 'canceled'];
const MAX_CODES = 8;

const latest = ({ times }: Recipient) => times.read ?? times.delivered ?? times.failed ?? times.sent ?? times.accepted ?? times.unconfirmed ?? times.claimed;
const listed = (text: string) => (text ? text.split(',') : []);

/** What is chosen can be seen, also before the figures tell its name. */
const withChosen = (known: { value: string; label: string }[], chosen: string[]) => [
	...known,
	...chosen.filter((value) => !known.some((one) => one.value === value)).map((value) => ({ value, label: value })),
];

interface Props {
	campaign: Campaign;
	filter: RecipientFilter;
	change: (part: Partial<RecipientFilter>) => void;
}

function Filters({ campaign, filter, change }: Props) {
	const { t } = useTranslation();
	const { data: analytics } = useAnalytics(campaign.id, 'minute');
	const codes = [
		...(analytics?.failures.map(({ code, meaning }) => ({ value: String(code), label: `${code} · ${meaning}` })) ?? []),
		...(analytics?.skips.map(({ rule, meaning }) => ({ value: rule as string, label: meaning })) ?? []),
	];
	const countries = analytics?.countries.map((row) => ({ value: row.country ?? NO_COUNTRY, label: row.country ? country(row.country) : t('countries.none_of') })) ?? [];
	const buttons = analytics?.button_replies.filter(({ payload }) => payload !== '').map(({ text, payload }) => ({ value: payload, label: text || payload })) ?? [];
	return (
		<>
			<SearchField label={t('recipients.search')} value={filter.search} onChange={(search) => change({ search: search.replaceAll(/\D/g, '') })} />
			<MultiSelect
				aria-label={t('recipients.state')}
				placeholder={filter.state ? undefined : t('recipients.any_state')}
				data={STATES.map((value) => ({ value, label: t(`message_states.${value}`) }))}
				value={listed(filter.state)}
				onChange={(states) => change({ state: states.join(',') })}
				clearable
				clearButtonProps={{ 'aria-label': t('common.clear') }}
				flex="1 1 12rem"
				maw="24rem"
			/>
			<MultiSelect
				aria-label={t('recipients.code')}
				placeholder={filter.code ? undefined : t('recipients.any_code')}
				data={withChosen(codes, listed(filter.code))}
				value={listed(filter.code)}
				onChange={(picked) => change({ code: picked.join(',') })}
				maxValues={MAX_CODES}
				clearable
				clearButtonProps={{ 'aria-label': t('common.clear') }}
				flex="1 1 12rem"
				maw="24rem"
			/>
			<MultiSelect
				aria-label={t('recipients.country')}
				placeholder={filter.country ? undefined : t('recipients.any_country')}
				data={withChosen(countries, listed(filter.country))}
				value={listed(filter.country)}
				onChange={(picked) => change({ country: picked.join(',') })}
				clearable
				clearButtonProps={{ 'aria-label': t('common.clear') }}
				flex="1 1 12rem"
				maw="24rem"
			/>
			{(buttons.length > 0 || filter.button !== '') && (
				<Select
					aria-label={t('recipients.button')}
					placeholder={t('recipients.any_button')}
					data={withChosen(buttons, filter.button ? [filter.button] : [])}
					value={filter.button || null}
					onChange={(picked) => change({ button: picked ?? '' })}
					clearable
					clearButtonProps={{ 'aria-label': t('common.clear') }}
					flex="1 1 12rem"
					maw="24rem"
				/>
			)}
		</>
	);
}

function useColumns(): Column<Recipient>[] {
	const { t } = useTranslation();
	return [
		{
			key: 'number',
			title: t('recipients.number'),
			cell: (row) => (
				<Stack gap={0}>
					<Text size="sm">
						{phone(row.number)}
					</Text>
					<Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
						<bdi>{`${row.first_name} ${row.last_name}`.trim()}</bdi>
					</Text>
				</Stack>
			),
			width: '11rem',
		},
		{ key: 'state', title: t('recipients.state'), cell: ({ state }) => <StateMark state={state} />, width: '8.5rem' },
		{
			key: 'why',
			title: t('recipients.why'),
			cell: ({ why }) => (
				<Text size="sm">
					<bdi>{why}</bdi>
				</Text>
			),
			hide: 'sm',
		},
		{ key: 'time', title: t('recipients.time'), cell: (row) => <Time at={latest(row)} fz="sm" />, width: '7rem', hide: 'md' },
	];
}

export function Recipients({ campaign, filter, change }: Props) {
	const { t } = useTranslation();
	const { search, state, code, country: countries, button } = filter;
	const wanted: RecipientFilter = { search, state, code, country: countries, button };
	const pages = useRecipients(campaign.id, wanted);
	const columns = useColumns();
	const [opened, setOpened] = useState<Recipient | null>(null);
	const isFiltered = Object.values(wanted).some((value) => value !== '');
	const clear = () => change(NO_FILTER);
	const empty = isFiltered ? (
		<Empty title={t('recipients.none_fit')}>
			<Button variant="default" onClick={clear}>
				{t('common.clear_filters')}
			</Button>
		</Empty>
	) : (
		<Empty title={t('recipients.none')}>{t('recipients.none_next')}</Empty>
	);
	return (
		<>
			<Group mb="sm" gap="sm">
				<Filters campaign={campaign} filter={filter} change={change} />
				<Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} loading={pages.isRefetching} onClick={() => void pages.refetch()}>
					{t('common.refresh')}
				</Button>
				<FileLink href={exportAt(campaign.id, wanted)}>{t('recipients.export')}</FileLink>
			</Group>
			<Rows label={t('campaign.recipients')} columns={columns} pages={pages} open={setOpened} empty={empty} />
			<RecipientDetail recipient={opened} close={() => setOpened(null)} />
		</>
	);
}
