// A form in a dialog: what the server finds fault with stands at its field, the rest above the button.
import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Saving } from '../lib/acts.ts';

/** Faults of fields that the form does not show, and of none. */
function Others({ faults, fields }: { faults: Saving['faults']; fields: readonly string[] }) {
	const others = Object.keys(faults).filter((name) => !fields.includes(name));
	if (others.length === 0) return null;
	return (
		<Alert color="red" role="alert">
			{others.map((name) => faults[name]).join(' ')}
		</Alert>
	);
}

interface FormModalProps {
	close: () => void;
	title: string;
	label: string; // of the button that sends
	saving: Saving;
	isReady?: boolean; // may it be sent?
	fields: readonly string[]; // that show their own faults
	children: ReactNode;
}

export function FormModal({ close, title, label, saving, isReady = true, fields, children }: FormModalProps) {
	const { t } = useTranslation();
	const { submit, isBusy, faults } = saving;
	const onSubmit = (event: FormEvent) => {
		event.preventDefault();
		if (isReady && !isBusy) submit();
	};
	return (
		<Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
			<form onSubmit={onSubmit} noValidate>
				<Stack>
					{children}
					<Others faults={faults} fields={fields} />
					<Group justify="flex-end">
						<Button variant="default" onClick={close}>
							{t('common.cancel')}
						</Button>
						<Button type="submit" loading={isBusy} disabled={!isReady}>
							{label}
						</Button>
					</Group>
				</Stack>
			</form>
		</Modal>
	);
}
