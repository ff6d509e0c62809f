import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { Refusal } from '../lib/client.ts';

/** Asks once, naming what is lost; `label` is the word of the deed. */
export function confirmLoss({ title, loses, label, deed }: { title: string; loses: string; label: string; deed: () => unknown }) {
	modals.openConfirmModal({
		title,
		children: <Text size="sm">{loses}</Text>,
		labels: { confirm: label, cancel: i18next.t('common.keep') },
		confirmProps: { color: 'red' },
		closeButtonProps: { 'aria-label': i18next.t('common.close') },
		onConfirm: () => void deed(),
	});
}

const closeButtonProps = () => ({ 'aria-label': i18next.t('common.close') });

export const tellDone = (message: string) => notifications.show({ message, color: 'brand', closeButtonProps: closeButtonProps() });

/** For mutations that no form shows the faults of. */
export function tellTrouble(error: unknown) {
	const message = error instanceof Refusal ? error.message : i18next.t('common.unreachable');
	notifications.show({ message, color: 'red', autoClose: 10_000, role: 'alert', closeButtonProps: closeButtonProps() });
}
