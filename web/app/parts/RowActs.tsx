// What can be done with a row: a menu at its end.
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** `label` names the row too, for those who hear the button alone. */
export function RowActs({ label, children }: { label: string; children: ReactNode }) {
	return (
		<Menu position="bottom-end">
			<Menu.Target>
				<ActionIcon variant="subtle" color="gray" c="var(--mantine-color-text)" aria-label={label}>
					<IconDots size={18} />
				</ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>{children}</Menu.Dropdown>
		</Menu>
	);
}
