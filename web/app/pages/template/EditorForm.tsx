// Makes a template or changes one. What is wrong stands at its field: Meta's limits as one types, the server's word after it.
import { Alert, Button, Grid, Group, Paper, Select, SimpleGrid, Stack, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FocusEvent, type FormEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { crier, faultsByField, read, type Schemas } from '../../lib/client.ts';
import { locale } from '../../lib/format.ts';
import { LANGUAGES } from '../../lib/languages.ts';
import type { Template } from '../../lib/template.ts';
import { CATEGORIES, emptyForm, formComponents, formField, type TemplateForm } from '../../lib/templateForm.ts';
import { type FormFault, judge, LIMIT } from '../../lib/templateLimits.ts';
import { TemplatePreview } from '../../parts/TemplatePreview.tsx';
import { CodeFields } from './CodeFields.tsx';
import { ContentFields } from './ContentFields.tsx';
import { TextField } from './TextField.tsx';
import { languageName } from './verdict.tsx';

type Sender = Schemas['Sender'];

/** What is still being typed is not yet wrong; what is too long is. */
const AT_ONCE: FormFault[] = ['long', 'too_many_of', 'reply_together'];

function useFaults(form: TemplateForm, error: unknown, seen: Set<string>, isAsked: boolean) {
	const { t } = useTranslation();
	const own = judge(form);
	const told: Record<string, string> = {};
	for (const [field, fault] of Object.entries(own)) if (isAsked || seen.has(field) || AT_ONCE.includes(fault)) told[field] = t(`editor.faults.${fault}`);
	const rest: string[] = [];
	for (const [field, message] of Object.entries(error ? faultsByField(error) : {})) {
		const here = formField(field, form);
		if (here && !told[here]) told[here] = message;
		else if (!here) rest.push(message);
	}
	return { own, told, rest };
}

function save(template: Template | undefined, form: TemplateForm, base: TemplateForm): Promise<Template> {
	const components = formComponents(form);
	if (!template) {
		const { name, wa_sender_code, wa_category, language } = form;
		return read(crier.POST('/v1/templates', { body: { data: { name: name.trim(), channel: 'whatsapp', wa_sender_code, wa_category: wa_category as 'MARKETING', language, components } } }));
	}
	const isSame = JSON.stringify(components) === JSON.stringify(formComponents(base));
	return read(
		crier.PUT('/v1/templates/{template}', {
			params: { path: { template: template.id } },
			body: { data: { ...(form.name !== base.name && { name: form.name.trim() }), ...(!isSame && { components }) } },
		}),
	);
}

interface ChoicesProps {
	form: TemplateForm;
	change: (part: Partial<TemplateForm>) => void;
	senders: Sender[];
	errors: Record<string, string>;
}

/** What a template keeps for good. */
function Choices({ form, change, senders, errors }: ChoicesProps) {
	const { t } = useTranslation();
	return (
		<>
			<Select
				name="wa_sender_code"
				label={t('editor.sender')}
				description={t('editor.sender_note')}
				data={senders.map(({ code, name }) => ({ value: code, label: `${name} (+${code})` }))}
				value={form.wa_sender_code || null}
				onChange={(code) => change({ wa_sender_code: code ?? '' })}
				error={errors.wa_sender_code}
				withAsterisk
				searchable
				allowDeselect={false}
			/>
			<SimpleGrid cols={{ base: 1, xs: 2 }}>
				<Select
					label={t('templates.category')}
					description={t(`editor.category_note.${form.wa_category as 'MARKETING'}`)}
					data={CATEGORIES.map((value) => ({ value, label: t(`templates.categories.${value}`) }))}
					value={form.wa_category}
					onChange={(category) => category && change({ wa_category: category })}
					error={errors.wa_category}
					allowDeselect={false}
				/>
				<Select
					label={t('templates.language')}
					description={t('editor.language_note')}
					data={LANGUAGES.map((value) => ({ value, label: `${languageName(value, locale())} · ${value}` }))}
					value={form.language}
					onChange={(language) => language && change({ language })}
					error={errors.language}
					searchable
					allowDeselect={false}
				/>
			</SimpleGrid>
		</>
	);
}

interface EditorFormProps {
	template?: Template; // to change; none: to make
	base: TemplateForm;
	senders?: Sender[]; // to choose from, of a new one
	mayChange: boolean;
	done: (saved: Template) => void;
}

export function EditorForm({ template, base, senders = [], mayChange, done }: EditorFormProps) {
	const { t } = useTranslation();
	const cache = useQueryClient();
	const [draft, setDraft] = useState<TemplateForm | null>(null); // null: untouched
	const [seen, setSeen] = useState(new Set<string>());
	const [isAsked, setAsked] = useState(false);
	const element = useRef<HTMLFormElement>(null);
	const form = draft ?? base;
	const saving = useMutation({
		mutationFn: () => save(template, form, base),
		onSuccess: (saved) => {
			cache.setQueryData(['template', saved.id], saved);
			void cache.invalidateQueries({ queryKey: ['template', 'list'] });
			setDraft(null);
			setAsked(false);
			setSeen(new Set());
			done(saved);
		},
		onError: (error) => goToField(Object.keys(faultsByField(error)).map((field) => formField(field, form)).find(Boolean)),
	});
	const goToField = (name: string | undefined) => {
		const field = name && element.current?.elements.namedItem(name);
		if (field instanceof HTMLElement) field.focus();
	};
	const { own, told, rest } = useFaults(form, saving.error, seen, isAsked);
	const change = (part: Partial<TemplateForm>) => {
		if (saving.isError) saving.reset();
		setDraft({ ...form, ...part });
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		setAsked(true);
		const [first] = Object.keys(own);
		if (!first) return saving.mutate();
		goToField(first);
	};
	const onBlur = ({ target }: FocusEvent) => {
		const { name } = target as HTMLInputElement;
		if (name && !seen.has(name)) setSeen(new Set([...seen, name]));
	};
	const isFrozen = !mayChange || template?.status === 'IN_PROCESS';
	const components = useMemo(() => formComponents(form), [form]);

	return (
		<form ref={element} onSubmit={submit} onBlur={onBlur} noValidate>
			<Grid gutter="xl">
				<Grid.Col span={{ base: 12, md: 7 }}>
					<Stack>
						<TextField name="name" label={t('editor.name')} description={t('editor.name_note')} value={form.name} onChange={(name) => change({ name })} max={LIMIT.name} error={told.name} isRequired isDisabled={!mayChange} />
						{!template && <Choices form={form} change={change} senders={senders} errors={told} />}
						{form.wa_category === 'AUTHENTICATION' ? (
							<CodeFields code={form.code} change={(part) => change({ code: { ...form.code, ...part } })} errors={told} isDisabled={isFrozen} />
						) : (
							<ContentFields form={form} change={change} errors={told} isDisabled={isFrozen} />
						)}
						{rest.length > 0 && (
							<Alert color="red" role="alert" icon={<IconAlertTriangle />} title={t('common.refused')}>
								{rest.join(' ')}
							</Alert>
						)}
						{mayChange && (
							<Group justify="flex-end">
								{draft && template && (
									<Button variant="default" onClick={() => (setDraft(null), setAsked(false))}>
										{t('editor.undo')}
									</Button>
								)}
								<Button type="submit" loading={saving.isPending} disabled={template && !draft}>
									{template ? t('common.save') : t('editor.submit')}
								</Button>
							</Group>
						)}
					</Stack>
				</Grid.Col>
				<Grid.Col span={{ base: 12, md: 5 }}>
					<Paper style={{ position: 'sticky', insetBlockStart: '4.5rem' }}>
						<Stack gap="xs">
							<Title order={2} size="h4">
								{t('preview.title')}
							</Title>
							<TemplatePreview components={components} />
						</Stack>
					</Paper>
				</Grid.Col>
			</Grid>
		</form>
	);
}

export const newForm = (senders: Sender[]): TemplateForm => ({ ...emptyForm(), wa_sender_code: senders.length === 1 ? senders[0]!.code : '' });
