// Keys of one letter, which a reader can turn off: who speaks to the computer would press them by accident (WCAG 2.1.4).
import { useHotkeys, useLocalStorage } from '@mantine/hooks';

export const useShortcutsOn = () => useLocalStorage({ key: 'crier.shortcuts', defaultValue: true, getInitialValueInEffect: false });

/** Not while one types. */
export function useShortcut(key: string, act: () => void): void {
	const [isOn] = useShortcutsOn();
	useHotkeys(isOn ? [[key, act]] : []);
}
