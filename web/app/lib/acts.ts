// Changes at the server, alike wherever they are made: what they make old is asked for anew, what is done is told, and what is
// refused stands in the form that asked, or is told.
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { flushSync } from 'react-dom';
import { confirmLoss, tellDone, tellTrouble } from '../parts/confirm.tsx';
import { faultsByField } from './client.ts';

interface Effect<R> {
	old?: string[]; // words of the resources that it changes
	told?: (made: R) => string;
	then?: (made: R) => void;
}

/** A page that `then` leaves is gone before anything is asked for: it may be the page of what was deleted. */
function take<R>(cache: QueryClient, { old = [], told, then }: Effect<R>, made: R): void {
	flushSync(() => then?.(made));
	for (const word of old) void cache.invalidateQueries({ queryKey: [word] });
	if (told) tellDone(told(made));
}

/** Of a form. `isSecret`: what it sends or gets is not to lie about. */
export function useSave<R>({ save, isSecret, ...effect }: { save: () => Promise<R>; isSecret?: boolean } & Effect<R>) {
	const cache = useQueryClient();
	const mutation = useMutation({ mutationFn: save, onSuccess: (made) => take(cache, effect, made), ...(isSecret && { gcTime: 0 }) });
	return { submit: () => mutation.mutate(), isBusy: mutation.isPending, faults: mutation.error ? faultsByField(mutation.error) : {} };
}
export type Saving = ReturnType<typeof useSave>;

interface Loss extends Effect<unknown> {
	title: string;
	loses: string;
	label: string; // the word of the deed
	deed: () => Promise<unknown>;
}

/** Asks once, naming what is lost, and then does it. */
export function useLoss() {
	const cache = useQueryClient();
	const { mutate, isPending } = useMutation({ mutationFn: ({ deed }: Loss) => deed(), onSuccess: (_, loss) => take(cache, loss, undefined), onError: tellTrouble });
	return { ask: (loss: Loss) => confirmLoss({ ...loss, deed: () => mutate(loss) }), isBusy: isPending };
}
