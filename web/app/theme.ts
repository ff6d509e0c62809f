import { createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
	'#e6f7f1', '#cdebe0', '#9ad7c1', '#63c2a0', '#36b083', '#1ba371', '#0b8f63', '#0b7a5b', '#08634a', '#044c38',
];

/** Of the states of a message, wherever they are shown. Each stands out from its neighbours and from both backgrounds. */
export const STATE_COLOR = {
	queued: 'var(--crier-queued)',
	sent: 'var(--crier-sent)',
	delivered: 'var(--crier-delivered)',
	read: 'var(--crier-read)',
	failed: 'var(--crier-failed)',
} as const;
export type BarState = keyof typeof STATE_COLOR;

export const theme = createTheme({
	primaryColor: 'brand',
	primaryShade: 7,
	autoContrast: true,
	luminanceThreshold: 0.18,
	colors: { brand },
	defaultRadius: 'md',
	cursorType: 'pointer',
	fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
	respectReducedMotion: true,
	components: {
		// the head of a dialog is no banner of the page
		ModalHeader: { defaultProps: { role: 'presentation' } },
		DrawerHeader: { defaultProps: { role: 'presentation' } },
	},
});
