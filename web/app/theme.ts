import { createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
	'#e6f7f1', '#cdebe0', '#9ad7c1', '#63c2a0', '#36b083', '#1ba371', '#0b8f63', '#0b7a5b', '#08634a', '#044c38',
];

/** Darker than Mantine's, so that white words on it and its words on white keep 4.5:1. */
const red: MantineColorsTuple = [
	'#fff5f5', '#ffe3e3', '#ffc9c9', '#ffa8a8', '#ff8787', '#fa5252', '#e03131', '#c92a2a', '#b02525', '#9c1f1f',
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
	colors: { brand, red },
	defaultRadius: 'md',
	cursorType: 'pointer',
	fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
	respectReducedMotion: true,
	components: {
		Badge: { defaultProps: { variant: 'light', c: 'var(--mantine-color-text)', tt: 'none' } },
		// the head of a dialog is no banner of the page
		ModalHeader: { defaultProps: { role: 'presentation' } },
		DrawerHeader: { defaultProps: { role: 'presentation' } },
	},
});
