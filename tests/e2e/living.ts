// A test ends what it starts: a process that is left when a file is over fails that file.
import { afterAll, expect } from 'vitest';
import { killTheLiving } from './harness.ts';

afterAll(() => expect(killTheLiving(), 'processes that were left').toEqual([]));
