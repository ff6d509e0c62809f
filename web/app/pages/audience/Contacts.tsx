import { Badge, Group, Menu, Text, Title } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLoss } from '../../lib/acts.ts';
import { useFilters } from '../../lib/address.ts';
import { crier, type Schemas, take } from '../../lib/client.ts';
import { phone } from '../../lib/format.ts';
import { PAGE_SIZE, usePages } from '../../lib/pages.ts';
import { RowActs } from '../../parts/RowActs.tsx';
import { type Column, Rows } from '../../parts/Rows.tsx';
import { SearchField } from '../../parts/SearchField.tsx';
import { Empty } from '../../parts/States.tsx';
import { Time } from '../../parts/Time.tsx';

export type Contact = Schemas['Contact'];

const contactsPage = (audience: string, search: string) => (token: string | undefined) =>
	take(
		crier.GET('/v1/audiences/{audience}/contacts', {
			params: { path: { audience }, query: { page_size: PAGE_SIZE, page_token: token, 'filter[search]': (/^[+\d ().-]+$/.test(search) ? search.replaceAll(/\D/g, '') : search) || undefined } },
		}),
	);

export const nameOf = ({ first_name, last_name }: Pick<Contact, 'first_name' | 'last_name'>) => [first_name, last_name].filter(Boolean).join(' ');

/** The contact's own values, in a line: custom1 and custom2 by their names as the fields are. */
function Values({ contact }: { contact: Contact }) {
	const { custom1, custom2, fields } = contact;
	const values = Object.entries({ ...(custom1 && { custom1 }), ...(custom2 && { custom2 }), ...fields });
	return (
		<Text size="sm" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
			{values.map(([name, value]) => (
				<span key={name}>
					<Text span c="dimmed" size="sm">
						<bdi>{name}</bdi>{' '}
					</Text>
					<bdi>{value}</bdi>{' '}
				</span>
			))}
		</Text>
	);
}

const Tags = ({ tags }: { tags: string[] }) => (
	<Group gap={4}>
		{tags.map((tag) => (
			<Badge key={tag} color="gray">
				<bdi>{tag}</bdi>
			</Badge>
		))}
	</Group>
);

function useDelete(audience: string) {
	const { t } = useTranslation();
	const { ask } = useLoss();
	return (contact: Contact) => {
		const number = phone(contact.number);
		ask({
			title: t('contact.delete_title', { number }),
			loses: t('contact.delete_loses'),
			label: t('contact.delete'),
			deed: () => take(crier.DELETE('/v1/audiences/{audience}/contacts/{contact}', { params: { path: { audience, contact: contact.id } } })),
			old: ['contact', 'audience'],
			told: () => t('contact.deleted', { number }),
		});
	};
}

interface ContactsProps {
	audience: string;
	mayEdit: boolean;
	edit: (contact: Contact) => void;
}

export function Contacts({ audience, mayEdit, edit }: ContactsProps) {
	const { t } = useTranslation();
	const [{ search }, setFilters] = useFilters('search');
	const pages = usePages(['contact', 'list', audience, search], contactsPage(audience, search));
	const remove = useDelete(audience);
	const columns: Column<Contact>[] = [
		{ key: 'number', title: t('contact.number'), cell: (row) => <span className="tabular">{phone(row.number)}</span>, width: '11rem' },
		{ key: 'name', title: t('contact.name'), cell: (row) => <bdi>{nameOf(row)}</bdi> },
		{ key: 'values', title: t('contact.values'), cell: (row) => <Values contact={row} />, hide: 'sm' },
		{ key: 'tags', title: t('contact.tags'), cell: (row) => <Tags tags={row.tags} />, hide: 'sm' },
		{ key: 'changed', title: t('common.changed'), cell: (row) => <Time at={row.update_date} />, hide: 'md' },
	];
	if (mayEdit)
		columns.push({
			key: 'acts',
			title: t('common.acts'),
			isNarrow: true,
			cell: (row) => (
				<RowActs label={t('contact.acts', { number: phone(row.number) })}>
					<Menu.Item leftSection={<IconPencil size={16} />} onClick={() => edit(row)}>
						{t('contact.edit')}
					</Menu.Item>
					<Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => remove(row)}>
						{t('common.delete')}
					</Menu.Item>
				</RowActs>
			),
		});
	return (
		<section>
			<Group mb="md" justify="space-between">
				<Title order={2} size="h4">
					{t('audience.people')}
				</Title>
				<SearchField label={t('contact.search')} value={search} onChange={(search) => setFilters({ search })} />
			</Group>
			<Rows
				label={t('audience.people')}
				columns={columns}
				pages={pages}
				open={mayEdit ? edit : undefined}
				empty={
					search ? (
						<Empty title={t('common.nothing_found')}>{t('contact.search_note')}</Empty>
					) : (
						<Empty title={t('contact.none')}>{t('contact.none_next')}</Empty>
					)
				}
			/>
		</section>
	);
}
