// What Meta says of a template, in words and colours.
import { Badge, Group, Text } from '@mantine/core';
import { IconCheck, IconClock, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLoss } from '../../lib/acts.ts';
import { crier, take } from '../../lib/client.ts';
import type { Template } from '../../lib/template.ts';

const LOOK = {
	IN_PROCESS: { color: 'yellow', icon: IconClock },
	COMPLETED: { color: 'brand', icon: IconCheck },
	CANCELED: { color: 'red', icon: IconX },
} as const;

/** Meta's own words that our three do not tell apart. */
const TOLD = ['APPROVED', 'REJECTED', 'PENDING'];

export function Verdict({ template }: { template: Template }) {
	const { t } = useTranslation();
	const { color, icon: Icon } = LOOK[template.status];
	const own = template.meta_status;
	return (
		<Group gap={6}>
			<Badge color={color} leftSection={<Icon size={12} aria-hidden />}>
				{t(`templates.status.${template.status}`)}
			</Badge>
			{own && !TOLD.includes(own) && (
				<Badge variant="outline" color="gray" lang="en">
					{own}
				</Badge>
			)}
		</Group>
	);
}

export function Quality({ quality }: { quality: string }) {
	const { t } = useTranslation();
	const color = { GREEN: 'green', YELLOW: 'yellow', RED: 'red' }[quality];
	if (!color)
		return (
			<Text size="sm" c="dimmed" span>
				{t('templates.quality.UNKNOWN')}
			</Text>
		);
	return (
		<Badge variant="dot" color={color}>
			{t(`templates.quality.${quality as 'GREEN' | 'YELLOW' | 'RED'}`)}
		</Badge>
	);
}

/** Meta's code in the reader's words: `pt_BR` is Portuguese (Brazil). */
export function languageName(code: string, locale: string): string {
	try {
		return new Intl.DisplayNames([locale], { type: 'language' }).of(code.replace('_', '-')) ?? code;
	} catch {
		return code;
	}
}

export function useDeleteTemplate() {
	const { t } = useTranslation();
	const { ask } = useLoss();
	return ({ id, name }: Template, then?: () => void) =>
		ask({
			title: t('templates.delete_title', { name }),
			loses: t('templates.delete_loses'),
			label: t('templates.delete'),
			deed: () => take(crier.DELETE('/v1/templates/{template}', { params: { path: { template: id } } })),
			old: ['template'],
			told: () => t('templates.deleted', { name }),
			then,
		});
}
