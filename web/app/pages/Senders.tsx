import { Button, SimpleGrid, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { crier, type Schemas, take } from '../lib/client.ts';
import { PAGE_SIZE, usePages } from '../lib/pages.ts';
import { useMay } from '../lib/session.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { Empty, Loading, Trouble } from '../parts/States.tsx';
import { SenderCard } from './senders/SenderCard.tsx';
import { SenderForm } from './senders/SenderForm.tsx';

type Sender = Schemas['Sender'];

const sendersPage = (token: string | undefined) => take(crier.GET('/v1/senders', { params: { query: { page_size: PAGE_SIZE, page_token: token } } }));

export default function Senders() {
	const { t } = useTranslation();
	const isAdmin = useMay('admin');
	const pages = usePages(['sender', 'list'], sendersPage);
	const [edited, setEdited] = useState<Sender | 'new' | null>(null);
	const register = isAdmin && (
		<Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
			{t('senders.register')}
		</Button>
	);
	return (
		<>
			<PageHead title={t('senders.title')}>{register}</PageHead>
			{pages.isPending && <Loading />}
			{pages.isError && <Trouble error={pages.error} again={pages.refetch} />}
			{pages.isSuccess && pages.rows.length === 0 && (
				<Empty title={t('senders.none')}>
					<Text c="dimmed" ta="center">
						{isAdmin ? t('senders.none_next') : t('senders.none_next_admin')}
					</Text>
					{register}
				</Empty>
			)}
			<SimpleGrid cols={{ base: 1, lg: 2 }}>
				{pages.rows.map((sender) => (
					<SenderCard key={sender.id} sender={sender} change={() => setEdited(sender)} />
				))}
			</SimpleGrid>
			{pages.hasNextPage && (
				<Button mt="md" variant="default" onClick={() => void pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
					{t('common.more')}
				</Button>
			)}
			<SenderForm sender={edited} close={() => setEdited(null)} />
		</>
	);
}
