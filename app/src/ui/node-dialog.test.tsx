import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nodeOverrides } from '../config';
import { Connection } from './node-dialog';

vi.mock('../state', () => ({
  useConfig: () => ({ name: 'devnet', rpcUrl: 'https://one.example', wsUrl: 'wss://one.example' }),
  useFeed: () => ({ status: 'down' }),
}));

const reload = vi.fn();

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal('location', { reload });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  reload.mockClear();
});

async function enter(label: string, value: string) {
  const field = screen.getByLabelText(label);
  await userEvent.clear(field);
  await userEvent.type(field, value);
}

it('keeps another node and starts anew with it', async () => {
  render(<Connection />);
  await userEvent.click(screen.getByRole('button', { name: /devnet: no connection/ }));
  await enter('Requests', 'https://two.example');
  await enter('Notifications', 'wss://two.example');
  await userEvent.click(screen.getByRole('button', { name: 'Use this node' }));
  expect(nodeOverrides()).toEqual({ rpcUrl: 'https://two.example', wsUrl: 'wss://two.example' });
  expect(reload).toHaveBeenCalledOnce();
});

it('says at its field what is no address, and keeps what was typed', async () => {
  render(<Connection />);
  await userEvent.click(screen.getByRole('button', { name: /devnet: no connection/ }));
  await enter('Notifications', 'https://two.example');
  await userEvent.click(screen.getByRole('button', { name: 'Use this node' }));
  expect(screen.getByRole('alert').textContent).toBe(
    'wsUrl: "https://two.example" must begin with ws:// or wss://.',
  );
  expect(screen.getByLabelText('Notifications').getAttribute('value')).toBe('https://two.example');
  expect(nodeOverrides()).toEqual({});
  expect(reload).not.toHaveBeenCalled();
});
