// A limited-time offer: a few words over the message, and its end, which the phone counts down to.
import { Fieldset, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { fromServer, toServer, viewerZone } from '../../lib/format.ts';
import type { Offer } from '../../lib/templateForm.ts';
import { LIMIT } from '../../lib/templateLimits.ts';
import { instantOf, localOf } from '../../lib/zones.ts';
import { InsertField, TextField } from './TextField.tsx';

interface OfferFieldsProps {
	offer: Offer;
	change: (part: Partial<Offer>) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

function EndAt({ offer, change, errors, isDisabled }: OfferFieldsProps) {
	const { t } = useTranslation();
	const zone = viewerZone();
	const end = offer.until.includes('T') ? new Date(offer.until) : fromServer(offer.until); // Meta's own has a T
	const isTime = offer.until !== '' && !Number.isNaN(end.getTime());
	const set = (local: string) => {
		const at = instantOf(local, zone);
		change({ until: at ? toServer(at) : '' });
	};
	return (
		<>
			<TextInput
				type="datetime-local"
				name="offer.until"
				label={t('editor.offer_until')}
				description={t('campaign.in_your_zone', { zone })}
				value={isTime ? localOf(end, zone) : ''}
				onChange={(event) => set(event.currentTarget.value)}
				error={errors['offer.until']}
				readOnly={isDisabled}
				withAsterisk
				maw="18rem"
			/>
			{isTime && (
				<Text size="sm" c="dimmed">
					{t('campaign.in_utc', { time: toServer(end) })}
				</Text>
			)}
		</>
	);
}

function EndOfContact({ offer, change, errors, isDisabled }: OfferFieldsProps) {
	const { t } = useTranslation();
	const field = useRef<HTMLInputElement>(null);
	const label = t('editor.offer_until');
	return (
		<Stack gap={4}>
			<TextInput
				ref={field}
				name="offer.until"
				label={label}
				description={t('editor.offer_until_note')}
				dir="ltr"
				value={offer.until}
				onChange={(event) => change({ until: event.currentTarget.value })}
				error={errors['offer.until']}
				readOnly={isDisabled}
				withAsterisk
			/>
			{!isDisabled && offer.until === '' && <Group><InsertField field={field} value="" onChange={(until) => change({ until })} label={label} /></Group>}
		</Stack>
	);
}

export function OfferFields(props: OfferFieldsProps) {
	const { offer, change, errors, isDisabled } = props;
	const { t } = useTranslation();
	return (
		<Fieldset legend={t('editor.shapes.offer')}>
			<Stack gap="sm">
				<TextField name="offer.text" label={t('editor.offer_text')} description={t('editor.offer_text_note')} value={offer.text} onChange={(text) => change({ text })} max={LIMIT.offer} error={errors['offer.text']} isRequired isDisabled={isDisabled} />
				<Radio.Group label={t('editor.offer_ends')} value={offer.ends} onChange={(ends) => change({ ends: ends as Offer['ends'], until: '' })}>
					<Group mt="xs">
						{(['never', 'at', 'field'] as const).map((value) => (
							<Radio key={value} value={value} label={t(`editor.offer_end.${value}`)} disabled={isDisabled} />
						))}
					</Group>
				</Radio.Group>
				{offer.ends === 'at' && <EndAt {...props} />}
				{offer.ends === 'field' && <EndOfContact {...props} />}
			</Stack>
		</Fieldset>
	);
}
