import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app.css';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { startTexts } from './text/index.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
setNonce(nonce); // for what locks the page's scrolling under a dialog

const root = createRoot(document.getElementById('root')!);
void startTexts().then(() => root.render(<App nonce={nonce} />));
