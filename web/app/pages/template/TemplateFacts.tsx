// What is known of a template that stands: the verdict, the reason, what can be done now.
import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconClock, IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { locale, phone } from '../../lib/format.ts';
import { useSenders } from '../../lib/senders.ts';
import { useMay } from '../../lib/session.ts';
import type { Template } from '../../lib/template.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Time } from '../../parts/Time.tsx';
import { languageName, Quality, Verdict } from './verdict.tsx';

export function TemplateFacts({ template }: { template: Template }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const senders = useSenders();
	const category = (word: string) => t(`templates.categories.${word as 'MARKETING'}`, word);
	const sender = senders.data?.find(({ code }) => code === template.wa_sender_code);
	return (
		<Stack mb="lg">
			<Facts
				facts={[
					[t('templates.verdict'), <Verdict template={template} />],
					[t('templates.quality_title'), <Quality quality={template.quality} />],
					[t('editor.sender'), sender?.name ?? phone(template.wa_sender_code)],
					[t('templates.category'), category(template.wa_category)],
					[t('templates.language'), languageName(template.language, locale())],
					[t('editor.meta_name'), template.meta_name],
					[t('common.changed'), <Time at={template.update_date} />],
				]}
			/>
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
