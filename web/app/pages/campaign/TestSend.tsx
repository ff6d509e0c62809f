import { Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../lib/acts.ts';
import type { Campaign } from '../../lib/campaigns.ts';
import { crier, take } from '../../lib/client.ts';
import { number } from '../../lib/format.ts';
import { newAttempt } from '../../lib/attempt.ts';
import { FormModal } from '../../parts/FormModal.tsx';

const MAX_NUMBERS = 10;

export const numbersIn = (text: string): string[] =>
	text
		.split(/[\n,;]+/)
		.map((number) => number.trim())
		.filter(Boolean);

export function TestSend({ campaign, close }: { campaign: Campaign; close: () => void }) {
	const { t } = useTranslation();
	const [text, setText] = useState('');
	const numbers = numbersIn(text);
	const [key, setKey] = useState(newAttempt);
	const send = useSave({
		save: () =>
			take(
				crier.POST('/v1/campaigns/{campaign}/test', {
					params: { path: { campaign: campaign.id }, header: { 'Idempotency-Key': key } },
					body: { data: { to: numbers } },
				}),
			),
		told: () => t('campaign.test_sent', { count: numbers.length, n: number(numbers.length) }),
		then: close,
	});
	const fault = Object.entries(send.faults).find(([field]) => /^to\b/.test(field));
	const change = (next: string) => {
		setText(next);
		setKey(newAttempt()); // another request
	};
	return (
		<FormModal
			close={close}
			title={t('campaign.test')}
			label={t('campaign.test_send')}
			saving={send}
			isReady={numbers.length > 0 && numbers.length <= MAX_NUMBERS}
			fields={fault ? [fault[0]] : []}
		>
			<Text size="sm">{t('campaign.test_note')}</Text>
			<Textarea
				label={t('campaign.test_to')}
				description={t('campaign.test_to_rule', { max: number(MAX_NUMBERS) })}
				value={text}
				onChange={(event) => change(event.currentTarget.value)}
				error={numbers.length > MAX_NUMBERS ? t('campaign.test_to_rule', { max: number(MAX_NUMBERS) }) : fault?.[1]}
				dir="ltr"
				autosize
				minRows={2}
				maxRows={10}
				required
				data-autofocus
			/>
		</FormModal>
	);
}
