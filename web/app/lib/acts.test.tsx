import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { refusal, serve, show } from '../test/page.tsx';
import { useLoss, useSave } from './acts.ts';
import { crier, read, take } from './client.ts';

const told = vi.spyOn(notifications, 'show');

function Page() {
	const { data } = useQuery({ queryKey: ['key', 'list'], queryFn: () => read(crier.GET('/v1/keys')) });
	const save = useSave({ save: () => read(crier.POST('/v1/keys', { body: { data: { name: 'x', role: 'viewer' } } })), old: ['key'], told: ({ name }) => `${name} is made` });
	const { ask } = useLoss();
	const remove = () => ask({ title: 'Delete x?', loses: 'Its sessions end.', label: 'Delete it', deed: () => take(crier.DELETE('/v1/keys/{key}', { params: { path: { key: 'k1' } } })), old: ['key'], told: () => 'x is gone' });
	return (
		<>
			<p>{data?.length} keys</p>
			<p role="alert">{save.faults.name}</p>
			<button onClick={save.submit}>Make</button>
			<button onClick={remove}>Delete</button>
		</>
	);
}

test('what is saved is told and asked for anew; a fault stands at its field and is told no second time', async () => {
	let isGood = false;
	const keys: object[] = [];
	const list = () => ({ data: keys });
	const make = () => (isGood ? (keys.push({}), { data: { name: 'x' } }) : refusal(400, 'data.name', 'The name is taken.'));
	serve({ 'GET /v1/keys': list, 'POST /v1/keys': make });
	await show(<Page />);
	await screen.findByText('0 keys');
	fireEvent.click(screen.getByText('Make'));
	expect((await screen.findByText('The name is taken.')).role).toBe('alert');
	expect(told).not.toHaveBeenCalled();
	isGood = true;
	fireEvent.click(screen.getByText('Make'));
	await screen.findByText('1 keys');
	expect(screen.getByRole('alert').textContent).toBe('');
	expect(told).toHaveBeenCalledWith(expect.objectContaining({ message: 'x is made' }));
});

test('what would be lost is asked about; a refusal is told', async () => {
	told.mockClear();
	const asked = serve({ 'GET /v1/keys': { data: [{}] }, 'DELETE /v1/keys/k1': () => refusal(409, '', 'It is the last one.') });
	await show(<Page />);
	await screen.findByText('1 keys');
	fireEvent.click(screen.getByText('Delete'));
	expect(await screen.findByText('Its sessions end.')).toBeTruthy();
	expect(asked.some(({ call }) => call.startsWith('DELETE'))).toBe(false);
	fireEvent.click(screen.getByText('Delete it'));
	await waitFor(() => expect(told).toHaveBeenCalledWith(expect.objectContaining({ message: 'It is the last one.', color: 'red' })));
	expect(told).toHaveBeenCalledTimes(1);
});
