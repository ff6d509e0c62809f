import { ActionIcon, Group } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface MovesProps<T> {
	list: T[];
	at: number;
	change: (list: T[]) => void;
	name: string; // of the one at `at`
	min?: number; // fewer there may not be
	isOrdered?: boolean; // its order is not for a person to choose
}

/** One of a list goes up, down, or away. */
export function Moves<T>({ list, at, change, name, min = 0, isOrdered }: MovesProps<T>) {
	const { t } = useTranslation();
	const swap = (to: number) => {
		const next = [...list];
		[next[at], next[to]] = [next[to]!, next[at]!];
		change(next);
	};
	return (
		<Group gap="xs" justify="flex-end">
			{!isOrdered && (
				<>
					<ActionIcon variant="default" disabled={at === 0} onClick={() => swap(at - 1)} aria-label={t('editor.move_up', { what: name })}>
						<IconArrowUp size={16} />
					</ActionIcon>
					<ActionIcon variant="default" disabled={at === list.length - 1} onClick={() => swap(at + 1)} aria-label={t('editor.move_down', { what: name })}>
						<IconArrowDown size={16} />
					</ActionIcon>
				</>
			)}
			<ActionIcon variant="default" disabled={list.length <= min} onClick={() => change(list.filter((_, i) => i !== at))} aria-label={t('editor.remove', { what: name })}>
				<IconTrash size={16} />
			</ActionIcon>
		</Group>
	);
}
