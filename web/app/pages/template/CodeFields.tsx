// A one-time code: WhatsApp writes the message itself, and a button copies the code.
import { Checkbox, NumberInput, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OneTimeCode } from '../../lib/templateForm.ts';
import { LIMIT } from '../../lib/templateLimits.ts';
import { TextField } from './TextField.tsx';

interface CodeFieldsProps {
	code: OneTimeCode;
	change: (part: Partial<OneTimeCode>) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

export function CodeFields({ code, change, errors, isDisabled }: CodeFieldsProps) {
	const { t } = useTranslation();
	return (
		<Stack>
			<TextInput
				name="code.placeholder"
				label={t('editor.code')}
				description={t('editor.code_note')}
				value={code.placeholder}
				error={errors['code.placeholder']}
				readOnly={isDisabled}
				withAsterisk
				dir="ltr"
				onChange={(event) => change({ placeholder: event.currentTarget.value })}
			/>
			<Checkbox label={t('editor.code_warns')} checked={code.warns} disabled={isDisabled} onChange={(event) => change({ warns: event.currentTarget.checked })} />
			<NumberInput
				name="code.minutes"
				label={t('editor.code_minutes')}
				description={t('editor.code_minutes_note')}
				value={code.minutes}
				error={errors['code.minutes']}
				readOnly={isDisabled}
				min={1}
				max={90}
				allowDecimal={false}
				hideControls
				onChange={(minutes) => change({ minutes: typeof minutes === 'number' ? minutes : '' })}
			/>
			<TextField
				name="code.button"
				label={t('editor.button_text')}
				description={t('editor.button_text_own')}
				value={code.button}
				onChange={(button) => change({ button })}
				max={LIMIT.button}
				error={errors['code.button']}
				isDisabled={isDisabled}
			/>
		</Stack>
	);
}
