import { Button, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { crier, read, take } from '../../lib/client.ts';
import { locale } from '../../lib/format.ts';
import { PAGE_SIZE, usePages } from '../../lib/pages.ts';
import { useSenders } from '../../lib/senders.ts';
import { componentsOf, type Template } from '../../lib/template.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { Empty, Loading, Trouble } from '../../parts/States.tsx';
import { TemplatePreview } from '../../parts/TemplatePreview.tsx';
import { languageName, Quality } from '../template/verdict.tsx';
import { CardText, Choice } from './Choice.tsx';
import type { StepProps } from './step.ts';

export const useTemplate = (id: string) =>
	useQuery({ queryKey: ['template', id], queryFn: (): Promise<Template> => read(crier.GET('/v1/templates/{template}', { params: { path: { template: id } } })), enabled: id !== '' });

/** The chosen template as a contact of the chosen audience reads it. */
export function ChosenPreview({ template: id, audience }: { template: string; audience: string }) {
	const { t } = useTranslation();
	const template = useTemplate(id);
	if (id === '') return <Text c="dimmed">{t('wizard.preview_none')}</Text>;
	if (template.isPending) return <Loading />;
	if (!template.data) return <Trouble error={template.error} again={template.refetch} />;
	return <TemplatePreview components={componentsOf(template.data)} audience={audience || undefined} />;
}

/** Those that the sender's business account has; whose account is not known is left to the server. */
function useUsable(from: string) {
	const senders = useSenders();
	const waba = senders.data?.find((sender) => sender.name === from)?.waba_id;
	const pages = usePages(['template', 'list', '', 'COMPLETED'], (token) =>
		take(crier.GET('/v1/templates', { params: { query: { page_size: PAGE_SIZE, page_token: token, 'filter[status]': 'COMPLETED' } } })),
	);
	const wabaOf = new Map(senders.data?.map((sender) => [sender.code, sender.waba_id]));
	const rows = pages.rows.filter((template) => (wabaOf.get(template.wa_sender_code) ?? waba) === waba);
	return { pages, rows };
}

export function TemplateStep({ draft, change, faults }: StepProps) {
	const { t } = useTranslation();
	const [search, setSearch] = useState('');
	const { pages, rows } = useUsable(draft.from);
	const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
	const found = rows.filter(({ name, text }) => `${name}\n${text}`.toLocaleLowerCase().includes(search.toLocaleLowerCase().trim()));
	useEffect(() => {
		if (search && hasNextPage && !isFetchingNextPage) void fetchNextPage(); // the API finds whole names only
	}, [search, hasNextPage, isFetchingNextPage, fetchNextPage]);
	if (pages.isPending) return <Loading />;
	if (pages.isError && rows.length === 0) return <Trouble error={pages.error} again={pages.refetch} />;
	if (rows.length === 0)
		return (
			<Empty title={t('wizard.no_template')}>
				<Stack align="center">
					<Text c="dimmed" ta="center">
						{t('wizard.no_template_next')}
					</Text>
					<Group justify="center">
						<Button component={Link} href="/templates/new">
							{t('templates.create')}
						</Button>
						<Button component={Link} href="/templates" variant="default">
							{t('wizard.to_templates')}
						</Button>
					</Group>
				</Stack>
			</Empty>
		);
	return (
		<Grid gutter="xl">
			<Grid.Col span={{ base: 12, md: 7 }}>
				<Stack>
					{(rows.length > 5 || hasNextPage) && (
						<Group>
							<SearchField label={t('wizard.search_template')} value={search} onChange={setSearch} />
						</Group>
					)}
					{found.length === 0 && !isFetchingNextPage && <Empty title={t('common.nothing_found')}>{t('common.nothing_found_next')}</Empty>}
					<Choice
						label={t('wizard.step.template')}
						items={found}
						valueOf={(template) => template.id}
						value={draft.template}
						onChange={(template) => change({ template })}
						error={faults.template}
						more={hasNextPage ? { load: fetchNextPage, isLoading: isFetchingNextPage } : undefined}
						card={(template) => (
							<CardText title={template.name}>
								<Text lineClamp={2} dir="auto" inherit>
									{template.text}
								</Text>
								<Group gap="0 1rem">
									<span>{t(`templates.categories.${template.wa_category as 'MARKETING'}`, template.wa_category)}</span>
									<span>{languageName(template.language, locale())}</span>
									<Quality quality={template.quality} />
								</Group>
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
