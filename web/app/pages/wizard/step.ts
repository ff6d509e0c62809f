import type { Draft } from './draft.ts';

export interface StepProps {
	draft: Draft;
	change: (part: Partial<Draft>) => void;
	faults: Record<string, string>; // the server's, by its fields
}
