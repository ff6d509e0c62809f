import { Button, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { crier, read, type Schemas, take } from '../../lib/client.ts';
import { number } from '../../lib/format.ts';
import { usePages } from '../../lib/pages.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { Empty, Loading, Trouble } from '../../parts/States.tsx';
import { Time } from '../../parts/Time.tsx';
import { CardText, Choice } from './Choice.tsx';
import type { StepProps } from './step.ts';
import { ChosenPreview } from './TemplateStep.tsx';

type Audience = Schemas['Audience'];
const SHOWN = 20; // at once; searching finds more

export const useAudience = (id: string) =>
	useQuery({ queryKey: ['audience', id], queryFn: (): Promise<Audience> => read(crier.GET('/v1/audiences/{audience}', { params: { path: { audience: id } } })), enabled: id !== '' });

export function AudienceStep({ draft, change, faults }: StepProps) {
	const { t } = useTranslation();
	const [search, setSearch] = useState('');
	const pages = usePages(['audience', 'list', search, 'choice'], (token) =>
		take(crier.GET('/v1/audiences', { params: { query: { page_size: SHOWN, page_token: token, 'filter[search]': search || undefined } } })),
	);
	const chosen = useAudience(draft.audience);
	if (pages.isPending) return <Loading />;
	if (pages.isError && pages.rows.length === 0) return <Trouble error={pages.error} again={pages.refetch} />;
	if (pages.rows.length === 0 && !search)
		return (
			<Empty title={t('audiences.none')}>
				<Stack align="center">
					<Text c="dimmed" ta="center">
						{t('audiences.none_next')}
					</Text>
					<Button component={Link} href="/audiences">
						{t('wizard.to_audiences')}
					</Button>
				</Stack>
			</Empty>
		);
	const isHere = pages.rows.some(({ id }) => id === draft.audience);
	const items = !search && chosen.data && !isHere ? [chosen.data, ...pages.rows] : pages.rows;
	return (
		<Grid gutter="xl">
			<Grid.Col span={{ base: 12, md: 7 }}>
				<Stack>
					<Group>
						<SearchField label={t('audiences.search')} value={search} onChange={setSearch} />
					</Group>
					{items.length === 0 && <Empty title={t('common.nothing_found')}>{t('common.nothing_found_next')}</Empty>}
					<Choice
						label={t('wizard.step.audience')}
						items={items}
						valueOf={(audience) => audience.id}
						value={draft.audience}
						onChange={(audience) => change({ audience })}
						error={faults.audience}
						more={pages.hasNextPage ? { load: pages.fetchNextPage, isLoading: pages.isFetchingNextPage } : undefined}
						card={(audience) => (
							<CardText title={audience.name}>
								{t('wizard.contacts', { count: audience.contacts_count, n: number(audience.contacts_count) })} · {t('common.changed')} <Time at={audience.update_date} />
							</CardText>
						)}
					/>
				</Stack>
			</Grid.Col>
			<Grid.Col span={{ base: 12, md: 5 }}>
				<Title order={3} size="h4" mb="xs">
					{t('preview.title')}
				</Title>
				<ChosenPreview template={draft.template} audience={draft.audience} />
			</Grid.Col>
		</Grid>
	);
}
