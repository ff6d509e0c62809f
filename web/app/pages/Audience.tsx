import { Anchor, Button, Menu, Text } from '@mantine/core';
import { IconPencil, IconTrash, IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useFilters } from '../lib/address.ts';
import { crier, isGone, read, type Schemas } from '../lib/client.ts';
import { number } from '../lib/format.ts';
import { useMay } from '../lib/session.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { RowActs } from '../parts/RowActs.tsx';
import { Loading, Trouble } from '../parts/States.tsx';
import { Nowhere } from './Nowhere.tsx';
import { ContactForm } from './audience/ContactForm.tsx';
import { Contacts } from './audience/Contacts.tsx';
import { ImportProgress } from './audience/ImportProgress.tsx';
import { ImportStart } from './audience/ImportStart.tsx';
import { PastImports } from './audience/PastImports.tsx';
import { useRunningImports } from './audience/imports.ts';
import { AudienceNameForm, useDeleteAudience } from './audience/name.tsx';

type Contact = Schemas['Contact'];

/** The import that was begun here stands in the address, so that its outcome outlives a reload; one of another person's is shown while it runs. */
function Imports({ audience, mayStart }: { audience: string; mayStart: boolean }) {
	const [{ import: begun }, setFilters] = useFilters('import');
	const running = useRunningImports(audience);
	const shown = [...new Set([begun, ...running].filter((id) => id !== ''))];
	return (
		<>
			{shown.map((id) => (
				<ImportProgress key={id} id={id} mayStop={mayStart} dismiss={id === begun ? () => setFilters({ import: '' }) : undefined} />
			))}
			{mayStart && <ImportStart audience={audience} begun={(id) => setFilters({ import: id })} />}
			<PastImports audience={audience} shown={shown} open={(id) => setFilters({ import: id })} />
		</>
	);
}

export default function Audience({ id }: { id: string }) {
	const { t } = useTranslation();
	const remove = useDeleteAudience();
	const [, go] = useLocation();
	const maySend = useMay('sender');
	const [isRenaming, setRenaming] = useState(false);
	const [edited, setEdited] = useState<Contact | 'new' | null>(null);
	const query = useQuery({ queryKey: ['audience', id], queryFn: () => read(crier.GET('/v1/audiences/{audience}', { params: { path: { audience: id } } })) });
	const audience = query.data;
	if (query.isPending) return <Loading />;
	if (isGone(query.error)) return <Nowhere />;
	if (!audience) return <><PageHead title={t('audience.title')} /><Trouble error={query.error} again={query.refetch} /></>;
	return (
		<>
			<Anchor component={Link} href="/audiences" size="sm">
				{t('audiences.title')}
			</Anchor>
			<PageHead title={audience.name}>
				{maySend && (
					<>
						<Button leftSection={<IconUserPlus size={16} />} onClick={() => setEdited('new')}>
							{t('contact.add')}
						</Button>
						<RowActs label={t('audiences.acts', { name: audience.name })}>
							<Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setRenaming(true)}>
								{t('audiences.rename')}
							</Menu.Item>
							<Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => remove(audience, () => go('/audiences'))}>
								{t('common.delete')}
							</Menu.Item>
						</RowActs>
					</>
				)}
			</PageHead>
			<Text mb="md">{t('audience.contacts', { count: audience.contacts_count, n: number(audience.contacts_count) })}</Text>
			<Imports audience={id} mayStart={maySend} />
			<Contacts audience={id} mayEdit={maySend} edit={setEdited} />
			<ContactForm audience={id} contact={edited} close={() => setEdited(null)} />
			<AudienceNameForm audience={isRenaming ? audience : null} close={() => setRenaming(false)} />
		</>
	);
}
