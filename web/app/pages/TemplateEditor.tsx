import { Alert, Button, Grid, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle, IconSpeakerphone, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { address } from '../lib/address.ts';
import { crier, isGone, read, type Schemas } from '../lib/client.ts';
import { useMay } from '../lib/session.ts';
import { useSenders } from '../lib/senders.ts';
import { componentsOf, type Template } from '../lib/template.ts';
import { formOf } from '../lib/templateForm.ts';
import { tellDone } from '../parts/confirm.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Empty, Loading, NotAllowed, Trouble } from '../parts/States.tsx';
import { TemplatePreview } from '../parts/TemplatePreview.tsx';
import { Nowhere } from './Nowhere.tsx';
import { EditorForm, newForm } from './template/EditorForm.tsx';
import { TemplateFacts } from './template/TemplateFacts.tsx';
import { useDeleteTemplate } from './template/verdict.tsx';

type Sender = Schemas['Sender'];

function Making({ senders }: { senders: Sender[] }) {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const base = useMemo(() => newForm(senders), [senders]);
	if (senders.length === 0)
		return (
			<Empty title={t('editor.no_sender')}>
				<Stack align="center">
					<Text c="dimmed" ta="center">
						{t('editor.no_sender_next')}
					</Text>
					<Button component={Link} href="/senders">
						{t('editor.to_senders')}
					</Button>
				</Stack>
			</Empty>
		);
	const done = (saved: Template) => {
		tellDone(t('editor.submitted', { name: saved.name }));
		go(`/templates/${saved.id}`);
	};
	return <EditorForm base={base} senders={senders} mayChange done={done} />;
}

function Changing({ template }: { template: Template }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const base = useMemo(() => formOf(template), [template]);
	if (!base)
		return (
			<Grid gutter="xl">
				<Grid.Col span={{ base: 12, md: 7 }}>
					<Alert icon={<IconInfoCircle />} title={t('editor.not_here')}>
						{t('editor.not_here_next')}
					</Alert>
				</Grid.Col>
				<Grid.Col span={{ base: 12, md: 5 }}>
					<Title order={2} size="h4" mb="xs">
						{t('preview.title')}
					</Title>
					<TemplatePreview components={componentsOf(template)} />
				</Grid.Col>
			</Grid>
		);
	return <EditorForm template={template} base={base} mayChange={maySend} done={(saved) => tellDone(t(saved.status === 'IN_PROCESS' ? 'editor.resubmitted' : 'editor.saved', { name: saved.name }))} />;
}

function Existing({ id }: { id: string }) {
	const { t } = useTranslation();
	const [, go] = useLocation();
	const remove = useDeleteTemplate();
	const maySend = useMay('sender');
	const template = useQuery({ queryKey: ['template', id], queryFn: (): Promise<Template> => read(crier.GET('/v1/templates/{template}', { params: { path: { template: id } } })) });
	const { data } = template;
	if (template.isPending) return <Loading />;
	if (isGone(template.error)) return <Nowhere />;
	if (!data) return <><PageHead title={t('editor.title')} /><Trouble error={template.error} again={template.refetch} /></>;
	return (
		<>
			<PageHead title={data.name}>
				{maySend && data.status === 'COMPLETED' && (
					<Button component={Link} href={address('/campaigns/new', { template: id })} leftSection={<IconSpeakerphone size={16} aria-hidden />}>
						{t('templates.use')}
					</Button>
				)}
				{maySend && data.status !== 'IN_PROCESS' && (
					<Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => remove(data, () => go('/templates'))}>
						{t('common.delete')}
					</Button>
				)}
			</PageHead>
			<TemplateFacts template={data} />
			<Changing template={data} />
		</>
	);
}

function New() {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const senders = useSenders();
	return (
		<>
			<PageHead title={t('editor.new')} />
			{!maySend ? <NotAllowed /> : senders.isPending ? <Loading /> : senders.data ? <Making senders={senders.data} /> : <Trouble error={senders.error} again={senders.refetch} />}
		</>
	);
}

export default function TemplateEditor({ id }: { id?: string }) {
	return id ? <Existing id={id} /> : <New />;
}
