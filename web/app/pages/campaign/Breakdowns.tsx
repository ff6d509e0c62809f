// What failed and what to do about it; how it went by country; what was tapped.
import { Anchor, Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Analytics } from '../../lib/campaigns.ts';
import { country, number, share } from '../../lib/format.ts';
import { type Group, NO_COUNTRY, peopleAt } from '../../lib/recipients.ts';
import { type Column, FewRows } from '../../parts/Rows.tsx';
import { Section } from '../../parts/Section.tsx';

const None = ({ text }: { text: string }) => (
	<Text c="dimmed" size="sm">
		{text}
	</Text>
);

type Failure = Analytics['failures'][number];

export function Failures({ id, failures }: { id: string; failures: Failure[] }) {
	const { t } = useTranslation();
	const columns: Column<Failure>[] = [
		{ key: 'code', title: t('failures.code'), cell: ({ code }) => code, isNumber: true, width: '5rem' },
		{
			key: 'meaning',
			title: t('failures.meaning'),
			cell: ({ meaning, remedy }) => (
				<>
					<bdi>{meaning}</bdi>
					<Text size="sm" c="dimmed" hiddenFrom="sm">
						<bdi>{remedy}</bdi>
					</Text>
				</>
			),
		},
		{
			key: 'count',
			title: t('failures.people'),
			cell: ({ code, count }) => (
				<Anchor component={Link} href={peopleAt(id, 'failed', { code: String(code) })} inherit>
					{number(count)}
				</Anchor>
			),
			isNumber: true,
		},
		{ key: 'share', title: t('failures.share'), cell: (row) => share(row.share), isNumber: true, hide: 'sm' },
		{ key: 'remedy', title: t('failures.remedy'), cell: ({ remedy }) => <bdi>{remedy}</bdi>, hide: 'sm' },
	];
	return (
		<Section title={t('failures.title')}>
			{failures.length === 0 ? <None text={t('failures.none')} /> : <FewRows label={t('failures.title')} columns={columns} rows={failures} rowKey={({ code }) => String(code)} />}
		</Section>
	);
}

type Country = Analytics['countries'][number];
const FEW = 10;

export function Countries({ id, countries }: { id: string; countries: Country[] }) {
	const { t } = useTranslation();
	const [isWhole, setWhole] = useState(false);
	const name = (row: Country) => (row.country ? country(row.country) : t('countries.none_of'));
	const people = (row: Country, figure: 'recipients' | 'delivered' | 'read' | 'failed', text: string, group?: Group) => (
		<Anchor
			component={Link}
			href={peopleAt(id, group, { country: row.country ?? NO_COUNTRY })}
			inherit
			aria-label={t('countries.show', { country: name(row), what: t(`countries.${figure === 'recipients' ? 'people' : figure}`), n: text })}
		>
			{text}
		</Anchor>
	);
	const columns: Column<Country>[] = [
		{ key: 'country', title: t('countries.country'), cell: (row) => <bdi>{name(row)}</bdi> },
		{ key: 'recipients', title: t('countries.people'), cell: (row) => people(row, 'recipients', number(row.recipients)), isNumber: true },
		{ key: 'delivered', title: t('countries.delivered'), cell: (row) => (row.sent > 0 ? people(row, 'delivered', share(row.delivered / row.sent), 'delivered') : '—'), isNumber: true },
		{ key: 'read', title: t('countries.read'), cell: (row) => (row.delivered > 0 ? people(row, 'read', share(row.read / row.delivered), 'read') : '—'), isNumber: true },
		{ key: 'failed', title: t('countries.failed'), cell: (row) => people(row, 'failed', number(row.failed), 'failed'), isNumber: true },
	];
	return (
		<Section title={t('countries.title')}>
			<FewRows label={t('countries.title')} columns={columns} rows={isWhole ? countries : countries.slice(0, FEW)} rowKey={(row) => row.country ?? ''} />
			{!isWhole && countries.length > FEW && (
				<Button variant="default" size="xs" style={{ alignSelf: 'start' }} onClick={() => setWhole(true)}>
					{t('countries.all', { count: countries.length, n: number(countries.length) })}
				</Button>
			)}
		</Section>
	);
}

type Reply = Analytics['button_replies'][number];

export function Replies({ id, replies }: { id: string; replies: Reply[] }) {
	const { t } = useTranslation();
	const columns: Column<Reply>[] = [
		{ key: 'text', title: t('replies.text'), cell: ({ text, payload }) => <bdi>{text || payload}</bdi> },
		{
			key: 'count',
			title: t('replies.taps'),
			cell: ({ count, payload }) => {
				if (!payload) return number(count); // a filter cannot name it
				return (
					<Anchor component={Link} href={peopleAt(id, undefined, { button: payload })} inherit>
						{number(count)}
					</Anchor>
				);
			},
			isNumber: true,
		},
		{ key: 'share', title: t('replies.share'), cell: (row) => share(row.share), isNumber: true },
	];
	return (
		<Section title={t('replies.title')}>
			{replies.length === 0 ? <None text={t('replies.none')} /> : <FewRows label={t('replies.title')} columns={columns} rows={replies} rowKey={({ text, payload }) => `${payload} ${text}`} />}
		</Section>
	);
}
