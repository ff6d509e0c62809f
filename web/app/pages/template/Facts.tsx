// What is known of a template that stands: the verdict, the reason, what can be done now.
import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconClock, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { locale } from '../../lib/format.ts';
import { useMay } from '../../lib/session.ts';
import type { Template } from '../../lib/template.ts';
import { Time } from '../../parts/Time.tsx';
import { languageName, Quality, Verdict } from './verdict.tsx';

function Fact({ name, children }: { name: string; children: ReactNode }) {
	return (
		<div>
			<Text component="dt" size="sm" c="dimmed">
				{name}
			</Text>
			<Text component="dd" m={0}>
				{children}
			</Text>
		</div>
	);
}

export function Facts({ template }: { template: Template }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const category = (word: string) => t(`templates.categories.${word as 'MARKETING'}`, word);
	return (
		<Stack mb="lg">
			<Group component="dl" gap="xl" m={0} align="start">
				<Fact name={t('templates.verdict')}>
					<Verdict template={template} />
				</Fact>
				<Fact name={t('templates.quality_title')}>
					<Quality quality={template.quality} />
				</Fact>
				<Fact name={t('templates.category')}>{category(template.wa_category)}</Fact>
				<Fact name={t('templates.language')}>{languageName(template.language, locale())}</Fact>
				<Fact name={t('editor.meta_name')}>
					<bdi>{template.meta_name}</bdi>
				</Fact>
				<Fact name={t('common.changed')}>
					<Time at={template.update_date} />
				</Fact>
			</Group>
			{template.reason && (
				<Alert color={template.status === 'CANCELED' ? 'red' : 'yellow'} icon={<IconAlertTriangle />} title={t('editor.reason')}>
					{template.reason}
				</Alert>
			)}
			{template.correct_category && (
				<Alert color="yellow" icon={<IconInfoCircle />}>
					{t('editor.will_be', { category: category(template.correct_category) })}
				</Alert>
			)}
			{template.previous_category && (
				<Alert icon={<IconInfoCircle />}>{t('editor.was', { category: category(template.previous_category) })}</Alert>
			)}
			{template.status === 'IN_PROCESS' && (
				<Alert color="yellow" icon={<IconClock />} title={t('editor.in_review')}>
					{t('editor.in_review_next')}
				</Alert>
			)}
			{template.status === 'COMPLETED' && maySend && (
				<Text size="sm" c="dimmed">
					{t('editor.approved_note')}
				</Text>
			)}
		</Stack>
	);
}
