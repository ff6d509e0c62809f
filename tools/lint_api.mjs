#!/usr/bin/env node
// docs/openapi.yaml under redocly's strict rules (redocly.yaml), without its command line, which would call home.
import { formatProblems, getTotals, lint, loadConfig } from '@redocly/openapi-core';

const config = await loadConfig({ configPath: 'redocly.yaml' });
const problems = await lint({ ref: 'docs/openapi.yaml', config });
const totals = getTotals(problems);
formatProblems(problems, { format: 'codeframe', totals, version: 'core' });
process.exitCode = problems.length > 0 ? 1 : 0;
